/// The ranks that one launcher started, as each of them sees the others: rank 0 leads and leases
/// tasks (TaskGraph::run), the others serve (serve.h).
///
/// A thread of the crew's own makes every call of the transport (so that MPI is met by one thread
/// and no exception crosses it) and exchanges signs of life, whatever the rank's tasks are doing. A
/// rank that gave none for `silence_s` is taken for lost: its leases are given to others. Where
/// rank 0 is silent for twice as long, the others end the launch, so that it can be started anew.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "skywright/run/transport.h"

namespace skywright::run {

struct Message {
  enum class Kind : char {
    alive = 'a',   ///< nothing but that
    hello = 'h',   ///< a rank is ready; text: how many tasks it does at a time
    order = 'o',   ///< do this; number: of the lease
    answer = 'r',  ///< how that ended; number: of the lease
    stop = 's',    ///< begin nothing more, break off
    end = 'e',     ///< there will be no more orders
    bye = 'b',     ///< a rank does no more
  };
  Kind kind = Kind::alive;
  std::uint64_t number = 0;
  std::string text = {};
};

struct Received {
  int from = 0;
  Message message;
};

struct CrewTimes {
  double silence_s = 60.0;      ///< without a sign of life for so long, a rank is lost
  double goodbye_s = 10.0;      ///< how long rank 0 waits at the end for ranks that are still there
  double longest_nap_s = 1e-3;  ///< between looks for letters, where none come
};

class Crew {
 public:
  using Join = std::function<std::unique_ptr<Transport>()>;
  /// @param join  called on the crew's thread; what it throws is thrown here
  explicit Crew(const Join& join, CrewTimes times = {});
  /// Ends as a failure where `end` was not called.
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  [[nodiscard]] int rank() const { return rank_; }
  [[nodiscard]] int size() const { return size_; }
  [[nodiscard]] int neighbours() const { return neighbours_; }
  [[nodiscard]] bool leads() const { return rank_ == 0; }
  [[nodiscard]] const CrewTimes& times() const { return times_; }

  /// To another rank, or to this one's own `take`. From any thread.
  void post(int to, Message message);
  /// The next message other than a sign of life; empty after `wait_s`.
  std::optional<Received> take(double wait_s);

  /// What rank 0 knows of a rank. By the thread that calls `take`.
  struct Member {
    enum class State { absent, present, left };
    State state = State::absent;
    int at_once = 0;  ///< tasks that it does at a time
    int leased = 0;   ///< orders that it has not answered
  };
  [[nodiscard]] Member& member(int rank) { return members_[static_cast<std::size_t>(rank)]; }
  /// Whether a rank gave a sign of life lately.
  [[nodiscard]] bool hears(int rank) const;
  std::uint64_t next_number() { return ++numbers_; }

  /// Leave together: rank 0 says that there are no more orders and waits for the others' goodbye; a
  /// rank that gives none ends with the whole launch, whose exit code is then `code`. Another rank
  /// waits for rank 0 to say so. One that is stopped even while all leave is not waited for longer
  /// than silence is borne: this process then ends at once with `code`, and the launcher the rest.
  void end(int code);

 private:
  enum class Leaving { no, together, abandoning };
  void pump(const Join& join, std::promise<void>& joined);
  void exchange(Transport& transport);
  void note_letter(const Letter& letter);
  bool send_waiting(Transport& transport, double nap_s);
  void give_signs_of_life(Transport& transport, double now);
  bool leader_is_lost(double now);
  bool all_said_goodbye(double wait_s);
  void wait_for_end();
  void leave_in_time(int code);

  CrewTimes times_;
  int rank_ = 0, size_ = 1, neighbours_ = 1;
  std::vector<Member> members_;
  std::uint64_t numbers_ = 0;
  bool ended_ = false;

  mutable std::mutex lock_;
  std::condition_variable outgoing_, incoming_;
  std::deque<std::pair<int, std::string>> outbox_;
  std::deque<Received> inbox_;
  std::vector<double> heard_;
  Leaving leaving_ = Leaving::no;
  int code_ = 0;
  std::promise<void> gone_;  ///< the crew's thread has left the launch
  // Of the crew's thread alone.
  double last_look_ = 0.0, next_sign_ = 0.0;
  std::thread thread_;
};

}  // namespace skywright::run
