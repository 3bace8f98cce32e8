#include "skywright/run/task_graph.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <stdexcept>
#include <utility>

#include <time.h>

#include "skywright/base/hash.h"
#include "skywright/run/crew.h"
#include "skywright/run/detail/adapters.h"

namespace skywright::run {
namespace {

constexpr TaskGraph::Number kNone = std::numeric_limits<TaskGraph::Number>::max();

}  // namespace

std::size_t RunReport::count(TaskState state) const {
  return static_cast<std::size_t>(std::count_if(
      tasks.begin(), tasks.end(), [&](const TaskResult& t) { return t.state == state; }));
}

ExitCode RunReport::code() const {
  return count(TaskState::succeeded) == tasks.size() ? ExitCode::complete : ExitCode::partial;
}

Clock steady_clock() {
  return [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
  };
}

Clock thread_clock() {
  return [] {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
  };
}

std::string_view TaskGraph::id(Number task) const {
  const std::size_t begin = task == 0 ? 0 : id_ends_[task - 1];
  return std::string_view(ids_).substr(begin, id_ends_[task] - begin);
}

/// Where an id stands in the index, or the free place where it would.
std::size_t TaskGraph::slot_of(std::string_view wanted) const {
  const std::size_t mask = index_.size() - 1;
  std::size_t slot = text_hash(wanted) & mask;
  while (index_[slot] != kNone && id(index_[slot]) != wanted) slot = (slot + 1) & mask;
  return slot;
}

void TaskGraph::grow_index() {
  index_.assign(std::max<std::size_t>(16, 2 * index_.size()), kNone);
  for (std::size_t i = 0; i < size(); ++i)
    index_[slot_of(id(static_cast<Number>(i)))] = static_cast<Number>(i);
}

void TaskGraph::add(Task task) {
  if (static_cast<bool>(task.body) == static_cast<bool>(task.order))
    throw std::logic_error("task " + task.id + " needs a body or an order, not both");
  if (2 * (size() + 1) > index_.size()) grow_index();
  if (index_[slot_of(task.id)] != kNone)
    throw std::logic_error("task " + task.id + " was added twice");
  std::vector<Number> needs;
  for (const std::string& need : task.needs) {
    needs.push_back(index_[slot_of(need)]);
    if (needs.back() == kNone)
      throw std::logic_error("task " + task.id + " needs " + need + ", which was not added");
  }
  const std::size_t slot = slot_of(task.id);
  needs_.items.insert(needs_.items.end(), needs.begin(), needs.end());
  needs_.ends.push_back(needs_.items.size());
  ids_ += task.id;
  id_ends_.push_back(ids_.size());
  deeds_.push_back({std::move(task.body), std::move(task.order), std::move(task.settle),
                    std::move(task.given_up)});
  index_[slot] = static_cast<Number>(size() - 1);
}

TaskGraph::Lists TaskGraph::dependants() const {
  Lists lists;
  lists.ends.assign(size(), 0);
  for (const Number need : needs_.items) ++lists.ends[need];
  std::size_t end = 0;
  for (std::size_t& e : lists.ends) e = std::exchange(end, end + e);  // begins, for now
  lists.items.resize(needs_.items.size());
  for (std::size_t task = 0, i = 0; task < size(); ++task)
    for (; i < needs_.ends[task]; ++i)
      lists.items[lists.ends[needs_.items[i]]++] = static_cast<Number>(task);
  return lists;
}

RunReport TaskGraph::run(const Execution& execution, const RunOptions& options) {
  if (options.crew != nullptr && options.crew->size() > 1)
    return detail::run_on_crew(*this, execution, options);
  return detail::run_on_threads(*this, execution, options);
}

}  // namespace skywright::run
