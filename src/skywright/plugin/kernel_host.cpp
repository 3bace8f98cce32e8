#include "skywright/plugin/kernel_host.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <exception>
#include <string>

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "skywright/plugin/detail/library.h"
#include "skywright/plugin/detail/shared_frame.h"

namespace skywright::plugin {
namespace {

using namespace detail;

/// A kernel that calls for ever outlives its caller by this much at most.
void set_alarm(double seconds) {
  itimerval timer{};
  timer.it_value.tv_sec = static_cast<time_t>(std::ceil(seconds));
  ::setitimer(ITIMER_REAL, &timer, nullptr);
}

/// Nothing of the caller's is kept open, what a kernel prints is no part of the program's output,
/// and a crash leaves no file behind.
void settle_in() {
  (void)::dup2(STDERR_FILENO, STDOUT_FILENO);
  (void)::syscall(SYS_close_range, static_cast<unsigned>(kHostMemory) + 1U, ~0U, 0U);
  const rlimit none{0, 0};
  (void)::setrlimit(RLIMIT_CORE, &none);
}

bool tell(const void* bytes, std::size_t size) {
  return ::send(kHostSocket, bytes, size, MSG_NOSIGNAL) == static_cast<ssize_t>(size);
}

CallReply answer(const Library& library, const CallOrder& order, std::byte* memory) {
  const CallPlaces places = places_of(order);
  Frame frame{.kind = static_cast<Kind>(order.kind),
              .side = order.side,
              .count = order.count,
              .results = order.results,
              .parameters = {reinterpret_cast<const double*>(memory + places.parameters),
                             order.parameters / sizeof(double)},
              .inputs = {}};
  for (std::size_t k = 0; k < input_count(frame.kind); ++k)
    frame.inputs.emplace_back(memory + places.inputs.at(k), order.inputs.at(k));
  const Answer given = library.call(frame, reinterpret_cast<double*>(memory + places.results));
  CallReply reply;
  reply.status = given.status;
  reply.seconds = given.seconds;
  const std::size_t length = std::min(given.message.size(), reply.message.size() - 1);
  std::copy_n(given.message.begin(), length, reply.message.begin());
  return reply;
}

}  // namespace

int serve_kernel(const char* path, double deadline_s) {
  settle_in();
  const double longest = 2.0 * deadline_s + 10.0;
  set_alarm(longest);
  try {
    const Library library(path);
    const std::string hello = "+" + library.text();
    if (!tell(hello.data(), hello.size())) return 0;
    SharedMemory memory(kHostMemory);
    CallOrder order;
    for (;;) {
      set_alarm(0.0);
      const ssize_t got = ::recv(kHostSocket, &order, sizeof order, 0);
      if (got < 0 && errno == EINTR) continue;
      if (got != static_cast<ssize_t>(sizeof order)) return 0;  // the caller has no more
      set_alarm(longest);
      const CallReply reply = answer(library, order, memory.mapped(places_of(order).end));
      if (!tell(&reply, sizeof reply)) return 0;
    }
  } catch (const std::exception& error) {
    const std::string why = std::string("-") + error.what();
    (void)tell(why.data(), why.size());
    return 0;
  }
}

}  // namespace skywright::plugin
