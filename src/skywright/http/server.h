/// Answers GET and HEAD at fixed paths from a thread of its own.
///
///     http::Server server({.host = "127.0.0.1", .port = 0},
///                         {{"/healthz", [](const http::Request&) {
///                             return http::Response{.body = "alive\n"};
///                           }}});
///     std::puts(server.address().url().c_str());
///
/// One thread serves all connections and never waits for one of them, so that slow clients cost a
/// place each and nothing else; a place is theirs for `request_s` at most. A connection carries one
/// request. Handlers run on that thread, one at a time: they must be quick and lock no longer than
/// it takes to copy.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include "skywright/http/address.h"
#include "skywright/http/message.h"

namespace skywright::http {

struct Limits {
  unsigned connections = 64;             ///< at a time; further ones wait to be accepted
  unsigned connections_an_address = 48;  ///< of one client's machine; further ones are closed
  std::size_t memory = 16 * 1024;        ///< of a connection [byte]: request line and headers
  double request_s = 10.0;               ///< from connecting to the response's last byte
};

/// Paths and who answers them.
using Routes = std::map<std::string, Handler, std::less<>>;

class Server {
 public:
  /// Listens from here on. A path that is not among `routes` is answered 404, another method 405, a
  /// request with a body 413, a handler that throws 500.
  /// @throws ConfigError where the address cannot be listened on
  Server(const Address& address, Routes routes, const Limits& limits = {});
  /// Ends the connections that are left.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// With the port that was chosen.
  [[nodiscard]] const Address& address() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace skywright::http
