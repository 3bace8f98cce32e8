/// Work as tasks that need each other, run over threads in any order that their needs allow.
///
///     TaskGraph graph;
///     graph.add({"detrend 1", {}, [&](const Execution& e) { ... }});
///     graph.add({"measure 1", {"detrend 1"}, [&](const Execution& e) { ... }});
///     RunReport report = graph.run(execution);
///
/// A task that throws is recorded and those that need it are skipped; the others go on. A stop lets
/// running tasks end and starts no more. Knows no astronomy.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "skywright/base/error.h"
#include "skywright/base/execution.h"

namespace skywright::run {

struct Task {
  std::string id;                  ///< unique in its graph
  std::vector<std::string> needs;  ///< ids of tasks that must have succeeded
  /// The work; it may use the threads of the Execution that it is given.
  std::function<void(const Execution&)> body;
};

enum class TaskState { succeeded, failed, skipped, not_started };

struct TaskResult {
  std::string id;
  TaskState state = TaskState::not_started;
  ExitCode code = ExitCode::complete;  ///< of the error, for a task that failed
  std::string message;                 ///< of the error; for a skipped task, which need failed
  double seconds = 0.0;                ///< by the clock that was given
};

struct RunReport {
  std::vector<TaskResult> tasks;  ///< in the order in which they were added
  bool stopped = false;           ///< a stop was asked for before all had started

  [[nodiscard]] std::size_t count(TaskState state) const;
  /// complete where all succeeded, partial where some did not.
  [[nodiscard]] ExitCode code() const;
};

/// Seconds since any fixed moment; injected so that tests and reports of bytes need no real clock.
using Clock = std::function<double()>;
/// The machine's steady clock.
Clock steady_clock();
/// Seconds that the processor has worked for this process, on all its threads.
Clock processor_clock();

class TaskGraph {
 public:
  /// @throws std::logic_error for an id that is taken or a need that was not added before
  void add(Task task);
  [[nodiscard]] std::size_t size() const { return tasks_.size(); }

  /// Run everything, earlier tasks first among those that are ready.
  /// @param activity name under which progress is reported
  RunReport run(const Execution& execution, const std::string& activity = "tasks",
                const Clock& clock = steady_clock()) const;

 private:
  std::vector<Task> tasks_;
  std::vector<std::vector<std::size_t>> dependants_;
  std::map<std::string, std::size_t, std::less<>> index_;
};

}  // namespace skywright::run
