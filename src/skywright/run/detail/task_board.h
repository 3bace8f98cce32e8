/// Which tasks of a graph are ready, done, or never will be. One thread at a time.
#pragma once

#include <optional>
#include <queue>
#include <unordered_map>
#include <vector>

#include "skywright/run/detail/perform.h"
#include "skywright/run/task_graph.h"

namespace skywright::run::detail {

class TaskBoard {
 public:
  using Number = TaskGraph::Number;

  /// @param apart  tasks that must stay in this process queue apart from those that need not
  enum class Queues { one, apart };
  TaskBoard(const TaskGraph& graph, const Execution& execution, const std::string& activity,
            Queues queues);

  /// Tasks were added to the graph.
  void grow();
  /// The first ready task, no longer ready then.
  std::optional<Number> take();
  /// The first of those that must stay here; only with Queues::apart.
  std::optional<Number> take_staying();
  [[nodiscard]] bool any_ready() const { return !ready_.empty() || !staying_.empty(); }

  /// A task was done: hand its result to `settle`, free those that waited for it, or skip them.
  void settle(Number task, Performed performed);
  /// A task that was taken is ready again.
  void put_back(Number task);
  [[nodiscard]] bool is_settled(Number task) const { return settled_[task]; }
  [[nodiscard]] bool any_failed() const { return failed_; }
  /// Tasks that were neither done nor skipped.
  [[nodiscard]] std::size_t left() const { return settled_.size() - count_; }

  RunReport finish();

 private:
  void enter(Number task);
  void skip(Number task, Number need);
  template <class Call>
  void for_dependants(Number task, Call&& call) const;
  void free_dependants(Number task);
  void skip_dependants(Number task);
  using Queue = std::priority_queue<Number, std::vector<Number>, std::greater<>>;

  const TaskGraph& graph_;
  const Execution& execution_;
  const std::string& activity_;
  bool apart_;
  TaskGraph::Lists dependants_;  ///< among the tasks that there were at first
  std::unordered_map<Number, std::vector<Number>> later_dependants_;
  std::vector<Number> waiting_for_;
  std::vector<bool> settled_;
  std::size_t count_ = 0;
  bool failed_ = false;
  Queue ready_;
  Queue staying_;
  RunReport report_;
};

}  // namespace skywright::run::detail
