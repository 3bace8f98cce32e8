#include "skywright/http/address.h"

#include <charconv>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "skywright/base/error.h"

namespace skywright::http {
namespace {

bool is_numeric(const std::string& host) {
  in6_addr ignored{};
  return inet_pton(AF_INET, host.c_str(), &ignored) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

}  // namespace

std::string Address::text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

Address parse_address(std::string_view text) {
  Address address;
  const std::size_t colon = text.rfind(':');
  std::string_view port = text;
  if (colon != std::string_view::npos) {
    port = text.substr(colon + 1);
    std::string_view host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (!host.empty()) address.host = host;
  }
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc() || end != port.data() + port.size() || !is_numeric(address.host))
    throw ConfigError(fmt::format("\"{}\"", text), "is no address and port",
                      "write it as 127.0.0.1:9100, or 127.0.0.1:0 for any free port");
  return address;
}

}  // namespace skywright::http
