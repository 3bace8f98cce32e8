#include "skywright/http/server.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <string_view>
#include <thread>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <microhttpd.h>
#include <sys/socket.h>

#include "skywright/base/error.h"

namespace skywright::http {
namespace {

using Clock = std::chrono::steady_clock;

struct SocketAddress {
  sockaddr_storage storage{};
  bool v6 = false;
};

SocketAddress socket_address(const Address& address) {
  SocketAddress out;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&out.storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&out.storage);
  if (inet_pton(AF_INET, address.host.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(address.port);
  } else if (inet_pton(AF_INET6, address.host.c_str(), &v6->sin6_addr) == 1) {
    out.v6 = true;
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(address.port);
  } else {
    throw ConfigError(address.host, "is no address of this machine",
                      "write it in numbers, as 127.0.0.1");
  }
  return out;
}

/// A body in pieces, as the library asks for it: so many bytes from here on.
class PieceReader {
 public:
  explicit PieceReader(Pieces pieces) : pieces_(std::move(pieces)) {}

  static ssize_t read(void* self, std::uint64_t, char* to, std::size_t room) {
    return static_cast<PieceReader*>(self)->take(to, room);
  }
  static void release(void* self) { delete static_cast<PieceReader*>(self); }

 private:
  ssize_t take(char* to, std::size_t room) {
    try {
      if (used_ == piece_.size()) {
        piece_ = pieces_();
        used_ = 0;
      }
    } catch (const std::exception&) {
      return MHD_CONTENT_READER_END_WITH_ERROR;  // the client sees that it was cut off
    }
    if (piece_.empty()) return MHD_CONTENT_READER_END_OF_STREAM;
    const std::size_t size = std::min(room, piece_.size() - used_);
    std::memcpy(to, piece_.data() + used_, size);
    used_ += size;
    return static_cast<ssize_t>(size);
  }
  Pieces pieces_;
  std::string piece_;
  std::size_t used_ = 0;
};

MHD_Response* response_of(Response& response) {
  constexpr std::size_t kBlock = 16 * 1024;
  if (!response.pieces)
    return MHD_create_response_from_buffer(response.body.size(), response.body.data(),
                                           MHD_RESPMEM_MUST_COPY);
  return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, kBlock, &PieceReader::read,
                                           new PieceReader(std::move(response.pieces)),
                                           &PieceReader::release);
}

MHD_Result send(MHD_Connection* connection, Response response) {
  MHD_Response* out = response_of(response);
  if (out == nullptr) return MHD_NO;
  const auto add = [&](const char* name, const std::string& value) {
    MHD_add_response_header(out, name, value.c_str());
  };
  add(MHD_HTTP_HEADER_CONTENT_TYPE, response.type);
  add("X-Content-Type-Options", "nosniff");
  add(MHD_HTTP_HEADER_CONNECTION, "close");
  for (const auto& [name, value] : response.headers) add(name.c_str(), value);
  const MHD_Result result =
      MHD_queue_response(connection, static_cast<unsigned>(response.status), out);
  MHD_destroy_response(out);
  return result;
}

/// Whether the request announces a body.
bool has_body(MHD_Connection* connection) {
  const auto header = [&](const char* name) {
    const char* value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
    return std::string_view(value == nullptr ? "" : value);
  };
  const std::string_view length = header(MHD_HTTP_HEADER_CONTENT_LENGTH);
  return !header(MHD_HTTP_HEADER_TRANSFER_ENCODING).empty() || (!length.empty() && length != "0");
}

}  // namespace

class Server::Impl {
 public:
  Impl(const Address& address, Routes routes, const Limits& limits)
      : routes_(std::move(routes)), limits_(limits), address_(address) {
    const SocketAddress where = socket_address(address);
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO;
    if (where.v6) flags |= MHD_USE_IPv6;
    errno = 0;
    daemon_ = MHD_start_daemon(
        flags, address.port, nullptr, nullptr, &Impl::on_request, this, MHD_OPTION_SOCK_ADDR,
        reinterpret_cast<const sockaddr*>(&where.storage), MHD_OPTION_NOTIFY_CONNECTION,
        &Impl::on_connection, this, MHD_OPTION_EXTERNAL_LOGGER, &Impl::on_message, nullptr,
        MHD_OPTION_CONNECTION_LIMIT, limits.connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        limits.connections_an_address, MHD_OPTION_CONNECTION_MEMORY_LIMIT, limits.memory,
        MHD_OPTION_CONNECTION_TIMEOUT, static_cast<unsigned>(limits.request_s) + 1,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    if (daemon_ == nullptr)
      throw ConfigError(address.text(),
                        errno != 0 ? std::strerror(errno) : "nobody can listen there",
                        "name another address or port; port 0 takes any that is free");
    const MHD_DaemonInfo* bound = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_BIND_PORT);
    if (bound != nullptr) address_.port = bound->port;
    closer_ = std::jthread([this] { close_the_late(); });
  }

  ~Impl() {
    {
      const std::scoped_lock hold(lock_);
      ending_ = true;
    }
    changed_.notify_all();
    closer_.join();
    MHD_stop_daemon(daemon_);
  }

  [[nodiscard]] const Address& address() const { return address_; }

 private:
  static MHD_Result on_request(void* self, MHD_Connection* connection, const char* url,
                               const char* method, const char*, const char*, std::size_t*,
                               void** seen) {
    // The library calls once when the headers are read and again for the body, if any.
    static char once;
    if (*seen == nullptr && !has_body(connection)) {
      *seen = &once;
      return MHD_YES;
    }
    return send(connection, static_cast<Impl*>(self)->answer(connection, url, method));
  }

  Response answer(MHD_Connection* connection, const char* url, std::string_view method) const {
    if (method != "GET" && method != "HEAD")
      return {.status = 405, .body = "only GET and HEAD\n", .headers = {{"Allow", "GET, HEAD"}}};
    if (has_body(connection)) return {.status = 413, .body = "a request carries no body here\n"};
    const auto found = routes_.find(std::string_view(url));
    if (found == routes_.end()) return {.status = 404, .body = "there is no such page\n"};
    try {
      return found->second({.path = url});
    } catch (const std::exception& error) {
      return {.status = 500, .body = fmt::format("{}\n", error.what())};
    }
  }

  static void on_connection(void* self, MHD_Connection* connection, void**,
                            MHD_ConnectionNotificationCode code) {
    auto& impl = *static_cast<Impl*>(self);
    const MHD_ConnectionInfo* info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info == nullptr) return;
    const std::scoped_lock hold(impl.lock_);
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
      impl.open_[info->connect_fd] = Clock::now();
    else
      impl.open_.erase(info->connect_fd);  // before its number can be another's
  }

  /// What clients do wrong is theirs to know.
  static void on_message(void*, const char*, va_list) {}

  /// The library ends connections that are silent; those that trickle are ended here.
  void close_the_late() {
    std::unique_lock hold(lock_);
    const auto limit = std::chrono::duration<double>(limits_.request_s);
    const auto nap = std::chrono::duration<double>(std::min(1.0, limits_.request_s / 4.0));
    while (!changed_.wait_for(hold, nap, [&] { return ending_; })) {
      for (auto& [socket, since] : open_)
        if (Clock::now() - since > limit) shutdown(socket, SHUT_RDWR);
    }
  }

  const Routes routes_;
  const Limits limits_;
  Address address_;
  MHD_Daemon* daemon_ = nullptr;
  std::mutex lock_;
  std::condition_variable changed_;
  bool ending_ = false;
  std::map<int, Clock::time_point> open_;  ///< sockets, since when
  std::jthread closer_;
};

Server::Server(const Address& address, Routes routes, const Limits& limits)
    : impl_(std::make_unique<Impl>(address, std::move(routes), limits)) {}
Server::~Server() = default;

const Address& Server::address() const { return impl_->address(); }

}  // namespace skywright::http
