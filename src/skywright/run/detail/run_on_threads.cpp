#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "skywright/run/detail/adapters.h"
#include "skywright/run/detail/feeding.h"
#include "skywright/run/detail/task_board.h"

namespace skywright::run::detail {
namespace {

/// The threads of one run around its board.
class Threads {
 public:
  Threads(TaskGraph& graph, const Execution& execution, const RunOptions& options)
      : graph_(graph),
        execution_(execution),
        options_(options),
        board_(graph, execution, options.activity,
               options.feed ? TaskBoard::Queues::apart : TaskBoard::Queues::one),
        feeding_(options, execution, [this](std::vector<Task> tasks) { take(std::move(tasks)); }) {}

  /// Take ready tasks until none is left or a stop was asked for.
  void work(const Execution& share) {
    std::unique_lock hold(lock_);
    for (;;) {
      changed_.wait(hold, [&] { return board_.any_ready() || all_came_to_rest() || stopping(); });
      if (stopping() || !board_.any_ready()) {
        changed_.notify_all();
        return;
      }
      auto staying = board_.take_staying();
      const TaskGraph::Number task = staying ? *staying : *board_.take();
      const TaskGraph::Deeds& deeds = graph_.deeds(task);  // the graph may grow meanwhile
      ++running_;
      hold.unlock();
      Performed performed = perform(options_.clock, [&] { return perform_deeds(deeds, share); });
      hold.lock();
      --running_;
      board_.settle(task, std::move(performed));
      if (board_.any_failed()) feeding_.end();
      changed_.notify_all();
    }
  }

  RunReport finish() {
    feeding_.finish();
    return board_.finish();
  }

 private:
  [[nodiscard]] bool stopping() const { return execution_.stop_requested(); }

  [[nodiscard]] bool all_came_to_rest() const { return running_ == 0 && !feeding_.more(); }

  void take(std::vector<Task> tasks) {
    const std::scoped_lock hold(lock_);
    for (Task& task : tasks) graph_.add(std::move(task));
    board_.grow();
    changed_.notify_all();
  }

  std::string perform_deeds(const TaskGraph::Deeds& deeds, const Execution& share) const {
    if (deeds.order) return options_.work(deeds.order(), share);
    deeds.body(share);
    return {};
  }

  TaskGraph& graph_;
  const Execution& execution_;
  const RunOptions& options_;
  TaskBoard board_;
  std::mutex lock_;
  std::condition_variable changed_;
  std::size_t running_ = 0;
  Feeding feeding_;  // last, so that it is joined first
};

}  // namespace

RunReport run_on_threads(TaskGraph& graph, const Execution& execution, const RunOptions& options) {
  Threads state(graph, execution, options);
  // Threads of our own rather than nested parallel loops: a thread that waits for the loop inside
  // one task must never take up another task, or memory would grow with the depth.
  constexpr int kMost = 1 << 16;
  const int most =
      options.feed ? kMost : static_cast<int>(std::clamp<std::size_t>(graph.size(), 1, kMost));
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
