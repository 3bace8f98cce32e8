#include "skywright/run/task_graph.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

#include <time.h>

namespace skywright::run {
namespace {

/// The state that the threads of one run share.
class Board {
 public:
  Board(const std::vector<Task>& tasks, const std::vector<std::vector<std::size_t>>& dependants,
        const std::vector<std::size_t>& needs, const Execution& execution,
        const std::string& activity, const Clock& clock)
      : tasks_(tasks),
        dependants_(dependants),
        waiting_for_(needs),
        execution_(execution),
        activity_(activity),
        clock_(clock) {
    report_.tasks.resize(tasks.size());
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      report_.tasks[i].id = tasks[i].id;
      if (waiting_for_[i] == 0) ready_.insert(i);
    }
  }

  /// Take ready tasks until none is left or a stop was asked for.
  void work(const Execution& share) {
    std::unique_lock hold(lock_);
    for (;;) {
      changed_.wait(hold, [&] { return !ready_.empty() || running_ == 0 || stopping(); });
      if (stopping() || ready_.empty()) {
        if (running_ == 0 || stopping()) {
          changed_.notify_all();
          return;
        }
        continue;
      }
      const std::size_t i = *ready_.begin();
      ready_.erase(ready_.begin());
      ++running_;
      hold.unlock();
      TaskResult result = perform(i, share);
      hold.lock();
      --running_;
      settle(i, std::move(result));
      changed_.notify_all();
    }
  }

  RunReport finish() {
    for (const TaskResult& task : report_.tasks)
      report_.stopped = report_.stopped || task.state == TaskState::not_started;
    return std::move(report_);
  }

 private:
  [[nodiscard]] bool stopping() const { return execution_.stop_requested(); }

  TaskResult perform(std::size_t i, const Execution& share) const {
    TaskResult result;
    result.id = tasks_[i].id;
    const double begun = clock_();
    try {
      tasks_[i].body(share);
      result.state = TaskState::succeeded;
    } catch (const Stopped&) {
      result.state = TaskState::not_started;  // to be done again: it left nothing behind
    } catch (const Error& error) {
      result.state = TaskState::failed;
      result.code = error.code();
      result.message = error.what();
    } catch (const std::exception& error) {
      result.state = TaskState::failed;
      result.code = ExitCode::internal;
      result.message = error.what();
    }
    result.seconds = clock_() - begun;
    return result;
  }

  void settle(std::size_t i, TaskResult result) {
    const TaskState state = result.state;
    const bool failed = state == TaskState::failed || state == TaskState::skipped;
    report_.tasks[i] = std::move(result);
    execution_.report(activity_, ++settled_, tasks_.size());
    if (state == TaskState::not_started) return;
    for (const std::size_t dependant : dependants_[i]) {
      if (failed) {
        if (report_.tasks[dependant].state == TaskState::skipped) continue;
        settle(dependant, {.id = tasks_[dependant].id,
                           .state = TaskState::skipped,
                           .code = report_.tasks[i].code,
                           .message = "needs " + tasks_[i].id});
      } else if (--waiting_for_[dependant] == 0 &&
                 report_.tasks[dependant].state == TaskState::not_started) {
        ready_.insert(dependant);
      }
    }
  }

  const std::vector<Task>& tasks_;
  const std::vector<std::vector<std::size_t>>& dependants_;
  std::vector<std::size_t> waiting_for_;
  const Execution& execution_;
  const std::string& activity_;
  const Clock& clock_;
  std::mutex lock_;
  std::condition_variable changed_;
  std::set<std::size_t> ready_;
  std::size_t running_ = 0;
  std::size_t settled_ = 0;
  RunReport report_;
};

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

Clock processor_clock() {
  return [] {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
  };
}

void TaskGraph::add(Task task) {
  const std::size_t i = tasks_.size();
  if (!index_.emplace(task.id, i).second)
    throw std::logic_error("task " + task.id + " was added twice");
  dependants_.emplace_back();
  for (const std::string& need : task.needs) {
    const auto found = index_.find(need);
    if (found == index_.end() || found->second == i)
      throw std::logic_error("task " + task.id + " needs " + need + ", which was not added");
    dependants_[found->second].push_back(i);
  }
  tasks_.push_back(std::move(task));
}

RunReport TaskGraph::run(const Execution& execution, const std::string& activity,
                         const Clock& clock) const {
  std::vector<std::size_t> needs(tasks_.size());
  for (std::size_t i = 0; i < tasks_.size(); ++i) needs[i] = tasks_[i].needs.size();
  Board board(tasks_, dependants_, needs, execution, activity, clock);
  // Threads of our own rather than nested parallel loops: a thread that waits for the loop inside
  // one task must never take up another task, or memory would grow with the depth.
  const auto threads = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(
      execution.jobs(), 1, std::max<std::ptrdiff_t>(1, static_cast<std::ptrdiff_t>(size()))));
  const int share = std::max(1, execution.jobs() / static_cast<int>(threads));
  const auto work = [&] {
    const Execution own(share, execution.stop_token());
    board.work(own);
  };
  {
    std::vector<std::jthread> pool;
    for (std::size_t t = 1; t < threads; ++t) pool.emplace_back(work);
    work();
  }
  return board.finish();
}

}  // namespace skywright::run
