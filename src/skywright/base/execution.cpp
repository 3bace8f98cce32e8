#include "skywright/base/execution.h"

#include <algorithm>
#include <thread>

#include "skywright/base/detail/thread_arena.h"
#include "skywright/base/error.h"

namespace skywright {

struct Execution::Arena : detail::ThreadArena {
  using ThreadArena::ThreadArena;
};

Execution::Execution() = default;

Execution::Execution(int jobs, std::stop_token stop, ProgressSink* progress)
    : jobs_(jobs > 0 ? jobs : std::max(1, static_cast<int>(std::thread::hardware_concurrency()))),
      stop_(std::move(stop)),
      progress_(progress) {
  if (jobs_ > 1) arena_ = std::make_unique<Arena>(jobs_);
}

Execution::~Execution() = default;

void Execution::check_stop() const {
  if (stop_.stop_requested()) throw Stopped();
}

void Execution::report(std::string_view activity, std::size_t done, std::size_t total) const {
  if (progress_ != nullptr) progress_->report(activity, done, total);
}

void Execution::for_each(std::size_t count, const std::function<void(std::size_t)>& body) const {
  const auto unless_stopped = [&](std::size_t i) {
    check_stop();
    body(i);
  };
  if (!arena_ || count < 2)
    for (std::size_t i = 0; i < count; ++i) unless_stopped(i);
  else
    arena_->for_each(count, unless_stopped);
}

void Execution::for_chunks(std::size_t count, std::size_t chunk,
                           const std::function<void(std::size_t, std::size_t)>& body) const {
  const std::size_t chunks = (count + chunk - 1) / chunk;
  for_each(chunks, [&](std::size_t c) { body(c * chunk, std::min(count, (c + 1) * chunk)); });
}

}  // namespace skywright
