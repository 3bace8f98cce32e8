/// The thread that asks `RunOptions::feed` for tasks while a run goes on.
#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <thread>
#include <vector>

#include "skywright/run/task_graph.h"

namespace skywright::run::detail {

class Feeding {
 public:
  /// @param take  is given the tasks, and no tasks when all have come; by the feeding thread
  Feeding(const RunOptions& options, const Execution& execution,
          std::function<void(std::vector<Task>)> take)
      : more_(static_cast<bool>(options.feed)) {
    if (!more_) return;
    thread_ = std::jthread([this, &options, &execution, take = std::move(take)] {
      while (more_ && !ending_ && !execution.stop_requested()) ask(options, take);
      more_ = false;
      take({});
    });
  }
  ~Feeding() { ending_ = true; }
  Feeding(const Feeding&) = delete;
  Feeding& operator=(const Feeding&) = delete;

  /// Whether tasks may still come.
  [[nodiscard]] bool more() const { return more_; }

  /// Ask no more.
  void end() { ending_ = true; }
  /// Wait for the end of it. @throws what the feed threw
  void finish() {
    end();
    if (thread_.joinable()) thread_.join();
    if (error_) std::rethrow_exception(error_);
  }

 private:
  void ask(const RunOptions& options, const std::function<void(std::vector<Task>)>& take) {
    try {
      Feed feed = options.feed();
      if (!feed.tasks.empty()) take(std::move(feed.tasks));
      more_ = feed.more;
    } catch (const Stopped&) {
      more_ = false;
    } catch (...) {
      error_ = std::current_exception();
      more_ = false;
    }
  }

  std::atomic<bool> more_;
  std::atomic<bool> ending_ = false;
  std::exception_ptr error_;
  std::jthread thread_;
};

}  // namespace skywright::run::detail
