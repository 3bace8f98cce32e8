#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "skywright/run/crew.h"
#include "skywright/run/detail/adapters.h"
#include "skywright/run/detail/feeding.h"
#include "skywright/run/detail/task_board.h"

namespace skywright::run::detail {
namespace {

constexpr double kStopGrace = 8.0;  ///< [s] that ranks have to break off their tasks
constexpr int kMostLosses = 3;      ///< of one task, before it is blamed itself
constexpr int kMostOverdue = 2;     ///< ranks that may not come to an end with a task

/// The one thread of rank 0 that does the tasks which stay there, in their order.
class Here {
 public:
  Here(const RunOptions& options, const Execution& execution)
      : options_(options),
        execution_(execution.jobs(), execution.stop_token()),
        thread_([this](const std::stop_token& closing) { run(closing); }) {}

  void give(const TaskGraph::Deeds& deeds, std::uint64_t lease) {
    const std::scoped_lock hold(lock_);
    tasks_.emplace_back(&deeds, lease);
    changed_.notify_one();
  }

 private:
  void run(const std::stop_token& closing) {
    for (;;) {
      std::unique_lock hold(lock_);
      if (!changed_.wait(hold, closing, [&] { return !tasks_.empty(); })) return;
      const auto [deeds, lease] = tasks_.front();
      tasks_.pop_front();
      hold.unlock();
      const Performed done = perform(options_.clock, [&] {
        execution_.check_stop();
        deeds->body(execution_);
        return std::string();
      });
      options_.crew->post(0, {Message::Kind::answer, lease, to_text(done)});
    }
  }

  const RunOptions& options_;
  const Execution execution_;
  std::mutex lock_;
  std::condition_variable_any changed_;
  std::deque<std::pair<const TaskGraph::Deeds*, std::uint64_t>> tasks_;
  std::jthread thread_;  // last, so that it is joined first
};

/// Rank 0's part of one run: leases tasks to ranks, takes them back from those that fall silent.
class Leader {
 public:
  Leader(TaskGraph& graph, const Execution& execution, const RunOptions& options)
      : graph_(graph),
        execution_(execution),
        crew_(*options.crew),
        longest_s_(options.longest_s),
        stuck_(static_cast<std::size_t>(options.crew->size())),
        board_(graph, execution, options.activity, TaskBoard::Queues::apart),
        here_(options, execution),
        feeding_(options, execution, [this](std::vector<Task> tasks) { keep(std::move(tasks)); }) {}

  RunReport run() {
    double stop_by = 0.0;
    while ((feeding_.more() || take_fed() || board_.left() > 0) && !crew_lost_) {
      take_fed();
      if (board_.any_failed()) feeding_.end();
      if (execution_.stop_requested()) {
        if (stop_by == 0.0) {
          stop_by = clock_() + kStopGrace;
          for (int r = 1; r < crew_.size(); ++r) crew_.post(r, {Message::Kind::stop});
        }
        if (nothing_runs() || clock_() > stop_by) break;
      } else {
        give_orders();
      }
      if (auto received = crew_.take(0.05)) note(*received);
      while (auto more = crew_.take(0.0)) note(*more);
      take_back_overdue();
      take_back_from_the_silent();
    }
    if (crew_lost_) give_up_overdue();
    wait_for_own_task();
    feeding_.finish();
    RunReport report = board_.finish();
    report.lost_leases = lost_;
    report.overdue = all_overdue_;
    report.crew_lost = crew_lost_;
    return report;
  }

 private:
  struct Lease {
    TaskGraph::Number task;
    int rank;
    double begun;
    bool taken_back = false;
    bool overdue = false;
  };

  /// Of the feeding thread; the board is this one's alone.
  void keep(std::vector<Task> tasks) {
    const std::scoped_lock hold(fed_lock_);
    for (Task& task : tasks) fed_.push_back(std::move(task));
  }

  bool take_fed() {
    const std::scoped_lock hold(fed_lock_);
    for (Task& task : fed_) graph_.add(std::move(task));
    const bool any = !fed_.empty();
    fed_.clear();
    if (any) board_.grow();
    return any;
  }

  [[nodiscard]] bool nothing_runs() const {
    return std::all_of(leases_.begin(), leases_.end(),
                       [](const auto& lease) { return lease.second.taken_back; });
  }

  std::uint64_t lease(TaskGraph::Number task, int rank) {
    const std::uint64_t number = crew_.next_number();
    leases_[number] = {task, rank, clock_()};
    return number;
  }

  /// The rank that is there and has most room; 0 where none has.
  int freest() {
    int best = 0;
    int most = 0;
    for (int r = 1; r < crew_.size(); ++r) {
      const Crew::Member& member = crew_.member(r);
      const int room = member.at_once - member.leased;
      if (member.state == Crew::Member::State::present && room > most && crew_.hears(r)) {
        best = r;
        most = room;
      }
    }
    return best;
  }

  void give_orders() {
    while (const auto task = board_.take_staying())
      here_.give(graph_.deeds(*task), lease(*task, 0));
    for (int rank = freest(); rank > 0; rank = freest()) {
      const auto task = board_.take();
      if (!task) return;
      if (board_.is_settled(*task)) continue;  // an answer came after it was put back
      try {
        std::string order = graph_.deeds(*task).order();
        crew_.post(rank, {Message::Kind::order, lease(*task, rank), std::move(order)});
        ++crew_.member(rank).leased;
      } catch (const std::exception& error) {
        board_.settle(*task, {TaskState::failed, ExitCode::internal, error.what(), 0.0});
      }
    }
  }

  void note(const Received& received) {
    if (received.message.kind == Message::Kind::bye) take_back(received.from);
    if (received.message.kind != Message::Kind::answer) return;
    const auto found = leases_.find(received.message.number);
    if (found == leases_.end()) return;  // of an earlier run
    const Lease lease = found->second;
    leases_.erase(found);
    if (lease.overdue) --stuck_[static_cast<std::size_t>(lease.rank)];
    if (board_.is_settled(lease.task)) return;  // another rank was given it, and was faster
    Performed done = performed_from(received.message.text);
    if (done.state != TaskState::not_started) {
      board_.settle(lease.task, std::move(done));
    } else if (!execution_.stop_requested()) {
      // That rank was asked to stop, this one was not: others go on.
      if (received.from > 0) crew_.member(received.from).state = Crew::Member::State::left;
      if (!lease.taken_back) board_.put_back(lease.task);
    }
  }

  void take_back(int rank) {
    for (auto& [number, lease] : leases_) {
      if (lease.rank != rank || lease.taken_back || board_.is_settled(lease.task)) continue;
      lease.taken_back = true;
      ++lost_;
      if (++losses_[lease.task] < kMostLosses)
        board_.put_back(lease.task);
      else
        board_.settle(lease.task,
                      {TaskState::failed, ExitCode::service,
                       "each of the ranks that it was given to fell silent; run the same "
                       "command again, with fewer ranks or more memory where that helps",
                       0.0});
    }
  }

  /// From ranks that live and do not come to an end: a disk that hangs, a kernel that turns for
  /// ever.
  void take_back_overdue() {
    const double now = clock_();
    for (auto& [number, lease] : leases_) {
      if (lease.rank == 0 || lease.taken_back || now - lease.begun < longest_s_ ||
          board_.is_settled(lease.task))
        continue;
      lease.taken_back = lease.overdue = true;
      ++stuck_[static_cast<std::size_t>(lease.rank)];
      ++all_overdue_;
      const bool again = ++overdue_[lease.task] < kMostOverdue;
      std::fprintf(stderr, "skywright: rank %d has not ended a task (%s) in %.6g s; %s\n",
                   lease.rank, std::string(graph_.id(lease.task)).c_str(), longest_s_,
                   again ? "it goes to another" : "it is given up");
      if (again)
        board_.put_back(lease.task);
      else
        give_up(lease.task);
    }
  }

  void give_up(TaskGraph::Number task) {
    char text[160];
    std::snprintf(
        text, sizeof text,
        "it was not done %.6g s after a rank was given it, nor by another; see whether its "
        "input can be read, or allow it longer",
        longest_s_);
    if (const auto& given_up = graph_.deeds(task).given_up)
      board_.settle(task, {TaskState::succeeded, ExitCode::complete, given_up(text), longest_s_});
    else
      board_.settle(task, {TaskState::failed, ExitCode::service, text, longest_s_});
  }

  /// What no rank is left to try again.
  void give_up_overdue() {
    for (const auto& [task, times] : overdue_)
      if (!board_.is_settled(task)) give_up(task);
  }

  /// Whether a rank can do something: at least one of its hands holds no task that is overdue.
  [[nodiscard]] bool has_a_hand(int rank) {
    const int hands = crew_.member(rank).at_once;
    return hands == 0 || stuck_[static_cast<std::size_t>(rank)] < hands;
  }

  void take_back_from_the_silent() {
    bool any = false;
    for (int r = 1; r < crew_.size(); ++r) {
      if (crew_.member(r).state == Crew::Member::State::left) continue;
      if (crew_.hears(r))
        any = any || has_a_hand(r);
      else if (told_.insert(r).second)
        std::fprintf(stderr,
                     "skywright: rank %d has given no sign of life for %.3g s; its tasks go to "
                     "others\n",
                     r, crew_.times().silence_s);
      if (crew_.hears(r))
        told_.erase(r);
      else
        take_back(r);
    }
    // Without orders that go elsewhere, rank 0 needs nobody.
    if (!any && (board_.any_ready() || !nothing_runs())) crew_lost_ = !own_task_runs();
  }

  [[nodiscard]] bool own_task_runs() const {
    return std::any_of(leases_.begin(), leases_.end(),
                       [](const auto& lease) { return lease.second.rank == 0; });
  }

  /// A stop or the loss of the others leaves a task of this rank's own to its end.
  void wait_for_own_task() {
    while (own_task_runs())
      if (auto received = crew_.take(0.05)) note(*received);
  }

  TaskGraph& graph_;
  const Execution& execution_;
  Crew& crew_;
  double longest_s_;
  std::vector<int> stuck_;  ///< tasks of each rank that are overdue
  Clock clock_ = steady_clock();
  TaskBoard board_;
  Here here_;
  std::map<std::uint64_t, Lease> leases_;
  std::map<TaskGraph::Number, int> losses_, overdue_;
  std::set<int> told_;  ///< ranks that were told to be silent
  std::size_t lost_ = 0, all_overdue_ = 0;
  bool crew_lost_ = false;
  std::mutex fed_lock_;
  std::vector<Task> fed_;
  Feeding feeding_;  // last, so that it is joined first
};

}  // namespace

RunReport run_on_crew(TaskGraph& graph, const Execution& execution, const RunOptions& options) {
  return Leader(graph, execution, options).run();
}

}  // namespace skywright::run::detail
