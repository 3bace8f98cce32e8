#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "skywright/run/detail/adapters.h"
#include "skywright/run/detail/task_board.h"

namespace skywright::run::detail {
namespace {

/// The threads of one run around its board.
class Threads {
 public:
  Threads(const TaskGraph& graph, const Execution& execution, const RunOptions& options)
      : graph_(graph),
        execution_(execution),
        options_(options),
        board_(graph, execution, options.activity, TaskBoard::Queues::one) {}

  /// Take ready tasks until none is left or a stop was asked for.
  void work(const Execution& share) {
    std::unique_lock hold(lock_);
    for (;;) {
      changed_.wait(hold, [&] { return board_.any_ready() || running_ == 0 || stopping(); });
      if (stopping() || !board_.any_ready()) {
        changed_.notify_all();
        return;
      }
      const TaskGraph::Number task = *board_.take();
      ++running_;
      hold.unlock();
      Performed performed = perform(options_.clock, [&] { return do_task(task, share); });
      hold.lock();
      --running_;
      board_.settle(task, std::move(performed));
      changed_.notify_all();
    }
  }

  RunReport finish() { return board_.finish(); }

 private:
  [[nodiscard]] bool stopping() const { return execution_.stop_requested(); }

  std::string do_task(TaskGraph::Number task, const Execution& share) const {
    const TaskGraph::Deeds& deeds = graph_.deeds(task);
    if (deeds.order) return options_.work(deeds.order(), share);
    deeds.body(share);
    return {};
  }

  const TaskGraph& graph_;
  const Execution& execution_;
  const RunOptions& options_;
  TaskBoard board_;
  std::mutex lock_;
  std::condition_variable changed_;
  std::size_t running_ = 0;
};

}  // namespace

RunReport run_on_threads(const TaskGraph& graph, const Execution& execution,
                         const RunOptions& options) {
  Threads state(graph, execution, options);
  // Threads of our own rather than nested parallel loops: a thread that waits for the loop inside
  // one task must never take up another task, or memory would grow with the depth.
  const int most = static_cast<int>(std::clamp<std::size_t>(graph.size(), 1, 1 << 16));
  const int threads = std::clamp(std::min(execution.jobs(), options.at_once), 1, most);
  const int share = std::max(1, execution.jobs() / threads);
  const auto work = [&] {
    const Execution own(share, execution.stop_token());
    state.work(own);
  };
  {
    std::vector<std::jthread> pool;
    for (int t = 1; t < threads; ++t) pool.emplace_back(work);
    work();
  }
  return state.finish();
}

}  // namespace skywright::run::detail
