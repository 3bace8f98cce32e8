/// Where a server listens, as people write it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace skywright::http {

/// A numeric address of this machine, IPv4 or IPv6, and a port.
struct Address {
  std::string host = "127.0.0.1";  ///< this machine alone can reach it
  std::uint16_t port = 0;          ///< 0: any that is free
  /// "127.0.0.1:9100", "[::1]:9100"
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string url() const { return "http://" + text() + "/"; }
};

/// Of "127.0.0.1:9100", "[::1]:9100", ":9100" or "9100"; without a host the loopback.
/// @throws ConfigError for text that is none
Address parse_address(std::string_view text);

}  // namespace skywright::http
