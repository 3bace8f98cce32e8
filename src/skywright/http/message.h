/// What a client asks, and what it is answered.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace skywright::http {

struct Request {
  std::string path;  ///< decoded, without the query: "/metrics"
};

/// Gives a body piece by piece, an empty piece at its end; called by the server's thread as fast as
/// the client reads, so that a long body is never in memory whole. Must not wait.
using Pieces = std::function<std::string()>;

struct Response {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body = {};
  Pieces pieces = {};  ///< in place of `body`, where set
  std::vector<std::pair<std::string, std::string>> headers = {};
};

/// Answers one request, on the thread of the server.
using Handler = std::function<Response(const Request&)>;

}  // namespace skywright::http
