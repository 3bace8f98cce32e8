#include "skywright/run/detail/task_board.h"

#include <utility>

namespace skywright::run::detail {

TaskBoard::TaskBoard(const TaskGraph& graph, const Execution& execution,
                     const std::string& activity, Queues queues)
    : graph_(graph),
      execution_(execution),
      activity_(activity),
      apart_(queues == Queues::apart),
      dependants_(graph.dependants()),
      waiting_for_(graph.size()),
      settled_(graph.size()) {
  report_.tasks.resize(graph.size());
  std::size_t begin = 0;
  for (std::size_t i = 0; i < graph.size(); ++i) {
    const std::size_t end = graph.needs().ends[i];
    waiting_for_[i] = static_cast<Number>(end - std::exchange(begin, end));
    report_.tasks[i].id = graph.id(static_cast<Number>(i));
    if (waiting_for_[i] == 0) put_back(static_cast<Number>(i));
  }
}

void TaskBoard::put_back(Number task) {
  (apart_ && graph_.stays(task) ? staying_ : ready_).push(task);
}

std::optional<TaskGraph::Number> TaskBoard::take() {
  if (ready_.empty()) return {};
  const Number task = ready_.top();
  ready_.pop();
  return task;
}

std::optional<TaskGraph::Number> TaskBoard::take_staying() {
  if (staying_.empty()) return {};
  const Number task = staying_.top();
  staying_.pop();
  return task;
}

void TaskBoard::settle(Number task, Performed performed) {
  TaskResult& result = report_.tasks[task];
  result.seconds = performed.seconds;
  if (performed.state == TaskState::not_started) return;
  if (performed.state == TaskState::succeeded && graph_.deeds(task).settle) {
    const Performed settled = perform([] { return 0.0; },
                                      [&] {
                                        graph_.deeds(task).settle(performed.text);
                                        return std::string();
                                      });
    if (settled.state != TaskState::succeeded) performed = settled;
  }
  result.state = performed.state;
  if (result.state == TaskState::failed) {
    result.code = performed.code;
    result.message = std::move(performed.text);
  }
  settled_[task] = true;
  execution_.report(activity_, ++count_, graph_.size());
  if (result.state == TaskState::succeeded)
    free_dependants(task);
  else
    skip_dependants(task);
}

void TaskBoard::free_dependants(Number task) {
  const auto& [ends, items] = dependants_;
  for (std::size_t i = task == 0 ? 0 : ends[task - 1]; i < ends[task]; ++i) {
    const Number dependant = items[i];
    if (--waiting_for_[dependant] == 0 && !settled_[dependant]) put_back(dependant);
  }
}

void TaskBoard::skip_dependants(Number first) {
  const auto& [ends, items] = dependants_;
  std::vector<Number> failed = {first};
  while (!failed.empty()) {
    const Number task = failed.back();
    failed.pop_back();
    for (std::size_t i = task == 0 ? 0 : ends[task - 1]; i < ends[task]; ++i) {
      const Number dependant = items[i];
      if (settled_[dependant]) continue;
      TaskResult& skipped = report_.tasks[dependant];
      skipped.state = TaskState::skipped;
      skipped.code = report_.tasks[task].code;
      skipped.message = "needs " + report_.tasks[task].id;
      settled_[dependant] = true;
      execution_.report(activity_, ++count_, graph_.size());
      failed.push_back(dependant);
    }
  }
}

RunReport TaskBoard::finish() {
  report_.stopped = left() > 0;
  return std::move(report_);
}

}  // namespace skywright::run::detail
