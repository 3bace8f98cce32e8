#include "skywright/base/execution.h"

#include <algorithm>
#include <thread>

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include "skywright/base/error.h"

namespace skywright {

struct Execution::Arena {
  explicit Arena(int jobs)
      : limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(jobs)),
        arena(jobs) {}
  tbb::global_control limit;  // lets `jobs` exceed the machine's cores, as the tests of bytes need
  tbb::task_arena arena;
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
  if (!arena_ || count < 2) {
    for (std::size_t i = 0; i < count; ++i) {
      check_stop();
      body(i);
    }
    return;
  }
  arena_->arena.execute([&] {
    tbb::parallel_for(
        std::size_t{0}, count,
        [&](std::size_t i) {
          check_stop();
          body(i);
        },
        tbb::simple_partitioner());
  });
}

void Execution::for_chunks(std::size_t count, std::size_t chunk,
                           const std::function<void(std::size_t, std::size_t)>& body) const {
  const std::size_t chunks = (count + chunk - 1) / chunk;
  for_each(chunks, [&](std::size_t c) { body(c * chunk, std::min(count, (c + 1) * chunk)); });
}

}  // namespace skywright
