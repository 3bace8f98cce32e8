#include "skywright/http/server.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "skywright/base/error.h"

namespace skywright::http {
namespace {

/// A client that says what it likes, byte by byte.
class Client {
 public:
  explicit Client(const Address& address) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(address.port);
    inet_pton(AF_INET, address.host.c_str(), &to.sin_addr);
    const timeval patience{10, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    EXPECT_EQ(connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  }
  ~Client() { close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  Client& say(const std::string& words) {
    heard_ = ::send(socket_, words.data(), words.size(), MSG_NOSIGNAL) >= 0;
    return *this;
  }
  /// Whether the other side still took what was said last.
  [[nodiscard]] bool heard() const { return heard_; }
  /// All that comes until the server hangs up.
  std::string hear() {
    std::string all;
    char part[65536];
    for (ssize_t n = 0; (n = recv(socket_, part, sizeof part, 0)) > 0;)
      all.append(part, static_cast<std::size_t>(n));
    return all;
  }
  /// 0 where the server hung up without a word.
  int status() {
    const std::string said = hear();
    return said.starts_with("HTTP/1.1 ") ? std::stoi(said.substr(9, 3)) : 0;
  }

 private:
  int socket_;
  bool heard_ = true;
};

constexpr std::size_t kLong = 8u << 20;

Routes routes() {
  return {{"/hello", [](const Request& r) { return Response{.body = "hello from " + r.path}; }},
          {"/broken", [](const Request&) -> Response { throw std::runtime_error("it broke"); }},
          {"/long", [](const Request&) {
             return Response{.pieces = [left = kLong]() mutable {
               const std::size_t size = std::min<std::size_t>(left, 50000);
               left -= size;
               return std::string(size, 'x');
             }};
           }}};
}

std::string get(const std::string& path) { return "GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n"; }

TEST(Server, AnswersAtItsPathsAlone) {
  const Server server({}, routes());
  const std::string said = Client(server.address()).say(get("/hello?a=1")).hear();
  EXPECT_TRUE(said.starts_with("HTTP/1.1 200 ")) << said;
  EXPECT_TRUE(said.ends_with("\r\n\r\nhello from /hello")) << said;
  EXPECT_NE(said.find("nosniff"), std::string::npos);
  EXPECT_EQ(Client(server.address()).say(get("/hello/")).status(), 404);
  EXPECT_EQ(Client(server.address()).say(get("/../hello")).status(), 404);
  EXPECT_EQ(Client(server.address()).say(get("/broken")).status(), 500);
}

TEST(Server, AnswersHeadWithoutABody) {
  const Server server({}, routes());
  const std::string said =
      Client(server.address()).say("HEAD /hello HTTP/1.1\r\nHost: h\r\n\r\n").hear();
  EXPECT_NE(said.find("Content-Length: 17\r\n"), std::string::npos) << said;
  EXPECT_TRUE(said.ends_with("\r\n\r\n"));
}

TEST(Server, RefusesOtherMethodsBodiesAndWhatIsNoHttp) {
  // What may be the beginning of a request is waited for, but not for long.
  const Server server({}, routes(), {.request_s = 0.3});
  const auto status = [&](const std::string& words) {
    return Client(server.address()).say(words).status();
  };
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS", "BREW"})
    EXPECT_EQ(status(std::string(method) + " /hello HTTP/1.1\r\nHost: h\r\n\r\n"), 405) << method;
  EXPECT_EQ(status("GET /hello HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabcde"), 413);
  EXPECT_EQ(status("GET /hello HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            413);
  EXPECT_EQ(status("GET /hello HTTP/1.1\r\n\r\n"), 400);  // RFC 9112, 3.2: Host is a must
  const auto error = [&](const std::string& words) {
    const int code = status(words);
    return code == 0 || (code >= 400 && code < 600);
  };
  EXPECT_TRUE(error("nonsense\r\n\r\n"));
  EXPECT_TRUE(error(std::string(1000, '\0') + "\r\n\r\n"));
  EXPECT_TRUE(error("GET /" + std::string(60000, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n"));
  std::string headers = "GET /hello HTTP/1.1\r\nHost: h\r\n";
  for (int i = 0; i < 3000; ++i) headers += "X-" + std::to_string(i) + ": y\r\n";
  EXPECT_TRUE(error(headers + "\r\n"));
  EXPECT_EQ(status(get("/hello")), 200);  // and is none the worse for it
}

TEST(Server, GivesALongBodyInPieces) {
  const Server server({}, routes());
  const std::string said =
      Client(server.address()).say("GET /long HTTP/1.0\r\nHost: h\r\n\r\n").hear();
  EXPECT_EQ(said.size() - said.find("\r\n\r\n") - 4, kLong);
}

TEST(Server, SlowClientsHoldUpNobodyAndAreEndedInTime) {
  const Limits limits{.connections = 40, .connections_an_address = 40, .request_s = 0.5};
  const Server server({}, routes(), limits);
  std::vector<std::unique_ptr<Client>> slow;
  for (int i = 0; i < 39; ++i) {
    slow.push_back(std::make_unique<Client>(server.address()));
    slow.back()->say("GET /hel");
  }
  EXPECT_EQ(Client(server.address()).say(get("/hello")).status(), 200);
  // One that trickles is never silent for long, and is ended all the same.
  const auto begun = std::chrono::steady_clock::now();
  Client trickling(server.address());
  trickling.say("GET /hello HTTP/1.1\r\n");
  const auto seconds = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  };
  while (trickling.heard() && seconds() < 5.0) {
    trickling.say("X: y\r\n");
    usleep(50000);
  }
  EXPECT_FALSE(trickling.heard());
  EXPECT_EQ(slow.front()->status(), 0);  // after a wait of 10 s it would be 0, too
  EXPECT_LT(seconds(), 3.0);
  EXPECT_EQ(Client(server.address()).say(get("/hello")).status(), 200);
}

TEST(Server, MoreClientsThanPlacesWaitForTheirTurn) {
  const Limits limits{.connections = 4, .connections_an_address = 4, .request_s = 0.3};
  const Server server({}, routes(), limits);
  std::vector<std::unique_ptr<Client>> idle;
  for (int i = 0; i < 4; ++i) idle.push_back(std::make_unique<Client>(server.address()));
  int status = 0;  // an address with too many connections is hung up on; places come free soon
  for (int i = 0; i < 50 && status != 200; ++i) {
    status = Client(server.address()).say(get("/hello")).status();
    if (status != 200) usleep(20000);
  }
  EXPECT_EQ(status, 200);
}

TEST(Server, SaysWhereNobodyCanListen) {
  const Server first({}, routes());
  EXPECT_NE(first.address().port, 0);
  EXPECT_THROW(Server(first.address(), routes()), ConfigError);
  EXPECT_THROW(Server({.host = "203.0.113.7", .port = 0}, routes()), ConfigError);
}

}  // namespace
}  // namespace skywright::http
