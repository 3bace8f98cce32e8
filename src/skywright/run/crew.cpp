#include "skywright/run/crew.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "skywright/base/error.h"
#include "skywright/run/supervise.h"

namespace skywright::run {
namespace {

constexpr double kShortestNap = 2e-5;
// A rank that is cut off and comes back must not end a launch that goes on well without it.
constexpr double kJoinPatience = 10.0;   ///< silences that the start of a launch may take
constexpr double kLeaderPatience = 2.0;  ///< silences of rank 0 that the others bear

double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string packed(const Message& message) {
  std::string bytes(1 + sizeof message.number, static_cast<char>(message.kind));
  std::memcpy(bytes.data() + 1, &message.number, sizeof message.number);
  return bytes + message.text;
}

/// Empty for bytes that are no message of ours.
std::optional<Message> unpacked(const std::string& bytes) {
  Message message;
  if (bytes.size() < 1 + sizeof message.number) return {};
  message.kind = static_cast<Message::Kind>(bytes[0]);
  std::memcpy(&message.number, bytes.data() + 1, sizeof message.number);
  message.text = bytes.substr(1 + sizeof message.number);
  return message;
}

}  // namespace

Crew::Crew(const Join& join, CrewTimes times) : times_(times) {
  std::promise<void> joined;
  auto done = joined.get_future();
  thread_ = std::thread([this, &join, &joined] { pump(join, joined); });
  try {
    // A rank that is stopped while all join would hold up the others for ever.
    if (done.wait_for(std::chrono::duration<double>(kJoinPatience * times_.silence_s)) ==
        std::future_status::timeout) {
      std::fprintf(stderr,
                   "skywright: another rank does not join the launch, so it ends; run the same "
                   "command again\n");
      std::fflush(nullptr);
      std::_Exit(is_supervised() ? kLaunchAgain : static_cast<int>(ExitCode::partial));
    }
    done.get();
  } catch (...) {
    thread_.join();
    throw;
  }
  members_.resize(static_cast<std::size_t>(size_));
}

Crew::~Crew() { end(static_cast<int>(ExitCode::internal)); }

void Crew::post(int to, Message message) {
  const std::scoped_lock hold(lock_);
  if (to == rank_) {
    inbox_.push_back({rank_, std::move(message)});
    incoming_.notify_all();
  } else {
    outbox_.emplace_back(to, packed(message));
    outgoing_.notify_all();
  }
}

std::optional<Received> Crew::take(double wait_s) {
  Received received;
  {
    std::unique_lock hold(lock_);
    if (!incoming_.wait_for(hold, std::chrono::duration<double>(wait_s),
                            [&] { return !inbox_.empty(); }))
      return {};
    received = std::move(inbox_.front());
    inbox_.pop_front();
  }
  Member& member = members_[static_cast<std::size_t>(received.from)];
  switch (received.message.kind) {
    case Message::Kind::hello:
      member.state = Member::State::present;
      member.at_once = std::max(1, std::atoi(received.message.text.c_str()));
      break;
    case Message::Kind::answer:
      if (received.from != rank_) --member.leased;
      break;
    case Message::Kind::bye:
    case Message::Kind::end:
      member.state = Member::State::left;
      break;
    default:
      break;
  }
  return received;
}

bool Crew::hears(int rank) const {
  const std::scoped_lock hold(lock_);
  return rank == rank_ || now_s() - heard_[static_cast<std::size_t>(rank)] < times_.silence_s;
}

bool Crew::all_said_goodbye(double wait_s) {
  const double until = now_s() + wait_s;
  const auto missing = [&] {
    return std::any_of(members_.begin() + 1, members_.end(),
                       [](const Member& m) { return m.state != Member::State::left; });
  };
  // A rank that fell silent earlier is not waited for.
  const auto worth_waiting = [&] {
    for (int r = 1; r < size_; ++r)
      if (member(r).state != Member::State::left && !hears(r)) return false;
    return now_s() < until;
  };
  while (missing() && worth_waiting()) take(0.05);
  return !missing();
}

void Crew::end(int code) {
  if (std::exchange(ended_, true)) return;
  Leaving how = Leaving::together;
  if (leads()) {
    for (int r = 1; r < size_; ++r) post(r, {Message::Kind::end});
    if (!all_said_goodbye(times_.goodbye_s)) how = Leaving::abandoning;
  } else {
    post(0, {Message::Kind::bye});
    wait_for_end();
  }
  {
    const std::scoped_lock hold(lock_);
    if (leaving_ == Leaving::no) {
      leaving_ = how;
      code_ = code;
    }
    outgoing_.notify_all();
  }
  leave_in_time(code);
}

/// The crew's thread looks after rank 0 meanwhile, which in MPI_Finalize it could not.
void Crew::wait_for_end() {
  while (member(0).state != Member::State::left) take(0.05);
}

void Crew::leave_in_time(int code) {
  const double patience = std::max(times_.goodbye_s, kLeaderPatience * times_.silence_s);
  if (gone_.get_future().wait_for(std::chrono::duration<double>(patience)) ==
      std::future_status::timeout) {
    std::fprintf(stderr, "skywright: rank %d: another rank does not leave; the launcher ends it\n",
                 rank_);
    std::fflush(nullptr);
    std::_Exit(code);
  }
  thread_.join();
}

void Crew::pump(const Join& join, std::promise<void>& joined) {
  std::unique_ptr<Transport> transport;
  try {
    transport = join();
    rank_ = transport->rank();
    size_ = transport->size();
    neighbours_ = transport->neighbours();
    last_look_ = now_s();
    heard_.assign(static_cast<std::size_t>(size_), last_look_);
  } catch (...) {
    joined.set_exception(std::current_exception());
    return;
  }
  joined.set_value();
  exchange(*transport);
  if (leaving_ == Leaving::together)
    transport->leave();
  else
    transport->abandon(code_);
  gone_.set_value();
}

void Crew::exchange(Transport& transport) {
  double nap = kShortestNap;
  for (;;) {
    const bool sent = send_waiting(transport, nap);
    const double now = now_s();
    {
      const std::scoped_lock hold(lock_);
      // Where this process itself stood still (stopped, suspended), the others' silence says
      // nothing.
      if (now - last_look_ > 0.5 * times_.silence_s) std::fill(heard_.begin(), heard_.end(), now);
    }
    last_look_ = now;
    bool received = false;
    while (const auto letter = transport.receive()) {
      received = true;
      note_letter(*letter);
    }
    give_signs_of_life(transport, now);
    if (leader_is_lost(now)) return;
    nap = sent || received ? kShortestNap : std::min(1.5 * nap, times_.longest_nap_s);
    const std::scoped_lock hold(lock_);
    if (leaving_ != Leaving::no && outbox_.empty()) return;
  }
}

bool Crew::send_waiting(Transport& transport, double nap_s) {
  std::deque<std::pair<int, std::string>> letters;
  {
    std::unique_lock hold(lock_);
    outgoing_.wait_for(hold, std::chrono::duration<double>(nap_s),
                       [&] { return !outbox_.empty() || leaving_ != Leaving::no; });
    letters.swap(outbox_);
  }
  for (const auto& [to, bytes] : letters) transport.send(to, bytes);
  return !letters.empty();
}

void Crew::note_letter(const Letter& letter) {
  auto message = unpacked(letter.bytes);
  const std::scoped_lock hold(lock_);
  heard_[static_cast<std::size_t>(letter.from)] = now_s();
  if (!message || message->kind == Message::Kind::alive) return;
  inbox_.push_back({letter.from, std::move(*message)});
  incoming_.notify_all();
}

void Crew::give_signs_of_life(Transport& transport, double now) {
  if (now < next_sign_) return;
  next_sign_ = now + std::min(5.0, times_.silence_s / 6.0);
  const std::string sign = packed({Message::Kind::alive});
  for (int r = leads() ? 1 : 0; r < (leads() ? size_ : 1); ++r)
    // They need not pile up before a rank that is stopped.
    if (transport.unsent(r) == 0) transport.send(r, sign);
}

bool Crew::leader_is_lost(double now) {
  if (leads() || now - heard_[0] < kLeaderPatience * times_.silence_s) return false;
  std::fprintf(stderr,
               "skywright: rank %d: rank 0 has given no sign of life for %.3g s, so the launch "
               "ends; run the same command again, what is done is kept\n",
               rank_, kLeaderPatience * times_.silence_s);
  std::fflush(stderr);
  const std::scoped_lock hold(lock_);
  if (leaving_ == Leaving::no) {
    leaving_ = Leaving::abandoning;
    code_ = is_supervised() ? kLaunchAgain : static_cast<int>(ExitCode::partial);
  }
  inbox_.push_back({0, {Message::Kind::end}});
  incoming_.notify_all();
  return true;
}

}  // namespace skywright::run
