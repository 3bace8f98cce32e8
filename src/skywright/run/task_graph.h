/// Work as tasks that need each other, run in any order that their needs allow: by the threads of
/// this process, or by all processes of a launch (crew.h).
///
///     TaskGraph graph;
///     graph.add({.id = "detrend 1", .needs = {}, .body = [&](const Execution& e) { ... }});
///     graph.add({.id = "measure 1", .needs = {"detrend 1"}, .body = ...});
///     RunReport report = graph.run(execution);
///
/// A task with a body stays in the process that holds the graph. One with an order may be done by
/// any process of the launch: the order tells what to do, `RunOptions::work` does it, and what that
/// returns goes to `settle` in the process of the graph. Threads take the same way, so that a crew
/// does nothing that threads do not.
///
/// A task that throws is recorded and those that need it are skipped; the others go on. A stop lets
/// running tasks end and starts no more. Work that comes while other work is done is given to the
/// run by `RunOptions::feed`. Knows no astronomy.
#pragma once

#include <climits>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "skywright/base/error.h"
#include "skywright/base/execution.h"

namespace skywright::run {

class Crew;

/// Does what an order asks, in any process of a launch, from several threads at once.
using Work = std::function<std::string(std::string_view order, const Execution&)>;

struct Task {
  std::string id;                  ///< unique in its graph
  std::vector<std::string> needs;  ///< ids of tasks that must have succeeded
  /// The work where it must stay here; it may use the threads of the Execution that it is given.
  std::function<void(const Execution&)> body = {};
  /// Or what any process may be told to do, asked for when its turn has come.
  std::function<std::string()> order = {};
  /// Takes what `Work` returned; called by one thread at a time.
  std::function<void(std::string_view result)> settle = {};
  /// What `settle` takes instead where no rank comes to an end with it (RunOptions::longest_s), by
  /// the words of why; without it the task fails.
  std::function<std::string(std::string_view why)> given_up = {};
};

enum class TaskState { succeeded, failed, skipped, not_started };

struct TaskResult {
  std::string id;
  TaskState state = TaskState::not_started;
  ExitCode code = ExitCode::complete;  ///< of the error, for a task that failed
  std::string message;                 ///< of the error; for a skipped task, which need failed
  double seconds = 0.0;                ///< by the clock that was given, where it was done
};

struct RunReport {
  std::vector<TaskResult> tasks;  ///< in the order in which they were added
  bool stopped = false;         ///< not all have started: a stop was asked for, or ranks were lost
  std::size_t lost_leases = 0;  ///< tasks taken back from ranks that fell silent
  std::size_t overdue = 0;      ///< taken back from ranks that were there and did not end them
  bool crew_lost = false;       ///< no rank was left to do what remains

  [[nodiscard]] std::size_t count(TaskState state) const;
  /// complete where all succeeded, partial where some did not.
  [[nodiscard]] ExitCode code() const;
};

/// Seconds since any fixed moment; injected so that tests and reports of bytes need no real clock.
using Clock = std::function<double()>;
/// The machine's steady clock.
Clock steady_clock();
/// Seconds that the processor has worked for the thread that asks.
Clock thread_clock();

/// Tasks that join a run; they may need any that are in it.
struct Feed {
  std::vector<Task> tasks = {};
  bool more = false;  ///< ask again
};

struct RunOptions {
  std::string activity = "tasks";  ///< name under which progress is reported
  Clock clock = steady_clock();
  /// Does the orders; every rank of a launch has the same (serve.h).
  Work work = {};
  /// Most tasks that a process does at a time, whatever its threads; they share these.
  int at_once = INT_MAX;
  /// The launch, where this process leads one of several ranks; else threads do everything.
  Crew* crew = nullptr;
  /// Of a launch: a task that its rank, whatever its signs of life, has not answered for so long
  /// [s] is given to another, and given up where that one does no better. Threads cannot be left
  /// behind.
  double longest_s = std::numeric_limits<double>::infinity();
  /// Asked for further tasks, by a thread of its own, again and again until there are no more, a
  /// task failed, or a stop was asked for; the run lasts as long. It waits for them itself, for
  /// tenths of a second at most. What it throws ends the run and is thrown there. With it, tasks
  /// that stay in this process come before all others.
  std::function<Feed()> feed = {};
};

class TaskGraph {
 public:
  using Number = std::uint32_t;  ///< of a task, in the order in which they were added

  /// @throws std::logic_error for an id that is taken, a need that was not added before, or a task
  ///         that has neither body nor order, or both
  void add(Task task);
  [[nodiscard]] std::size_t size() const { return deeds_.size(); }

  [[nodiscard]] std::string_view id(Number task) const;
  /// Whether it must stay in the graph's process.
  [[nodiscard]] bool stays(Number task) const { return static_cast<bool>(deeds_[task].body); }

  /// What is to be done; read by the adapters.
  struct Deeds {
    std::function<void(const Execution&)> body;
    std::function<std::string()> order;
    std::function<void(std::string_view)> settle;
    std::function<std::string(std::string_view)> given_up;
  };
  [[nodiscard]] const Deeds& deeds(Number task) const { return deeds_[task]; }

  /// Tasks by task, as one array cut at `ends`.
  struct Lists {
    std::vector<std::size_t> ends;
    std::vector<Number> items;
  };
  [[nodiscard]] const Lists& needs() const { return needs_; }
  /// The other way round: who needs a task.
  [[nodiscard]] Lists dependants() const;

  /// Run everything, earlier tasks first among those that are ready.
  RunReport run(const Execution& execution, const RunOptions& options = {});

 private:
  [[nodiscard]] std::size_t slot_of(std::string_view id) const;
  void grow_index();

  // A night of LSST has two million tasks: ids lie end to end, and the index holds numbers only.
  std::string ids_;
  std::vector<std::size_t> id_ends_;
  Lists needs_;
  std::deque<Deeds> deeds_;
  std::vector<Number> index_;  ///< open addressing by the id's hash; kNone where free
};

}  // namespace skywright::run
