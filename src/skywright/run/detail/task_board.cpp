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
    failed_ = true;
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

template <class Call>
void TaskBoard::for_dependants(Number task, Call&& call) const {
  const auto& [ends, items] = dependants_;
  if (task < ends.size())
    for (std::size_t i = task == 0 ? 0 : ends[task - 1]; i < ends[task]; ++i) call(items[i]);
  if (const auto later = later_dependants_.find(task); later != later_dependants_.end())
    for (const Number dependant : later->second) call(dependant);
}

void TaskBoard::free_dependants(Number task) {
  for_dependants(task, [&](Number dependant) {
    if (--waiting_for_[dependant] == 0 && !settled_[dependant]) put_back(dependant);
  });
}

void TaskBoard::skip(Number task, Number need) {
  TaskResult& skipped = report_.tasks[task];
  skipped.state = TaskState::skipped;
  skipped.code = report_.tasks[need].code;
  skipped.message = "needs " + report_.tasks[need].id;
  settled_[task] = true;
  execution_.report(activity_, ++count_, graph_.size());
}

void TaskBoard::skip_dependants(Number first) {
  std::vector<Number> failed = {first};
  while (!failed.empty()) {
    const Number task = failed.back();
    failed.pop_back();
    for_dependants(task, [&](Number dependant) {
      if (settled_[dependant]) return;
      skip(dependant, task);
      failed.push_back(dependant);
    });
  }
}

void TaskBoard::enter(Number task) {
  const auto& [ends, items] = graph_.needs();
  waiting_for_.push_back(0);
  settled_.push_back(false);
  report_.tasks.emplace_back().id = graph_.id(task);
  for (std::size_t i = task == 0 ? 0 : ends[task - 1]; i < ends[task]; ++i) {
    const Number need = items[i];
    if (!settled_[need]) {
      ++waiting_for_[task];
      later_dependants_[need].push_back(task);
    } else if (report_.tasks[need].state != TaskState::succeeded && !settled_[task]) {
      skip(task, need);
    }
  }
  if (waiting_for_[task] == 0 && !settled_[task]) put_back(task);
}

void TaskBoard::grow() {
  while (settled_.size() < graph_.size()) enter(static_cast<Number>(settled_.size()));
}

RunReport TaskBoard::finish() {
  report_.stopped = left() > 0;
  return std::move(report_);
}

}  // namespace skywright::run::detail
