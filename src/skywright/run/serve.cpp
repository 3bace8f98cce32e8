#include "skywright/run/serve.h"

#include <algorithm>

#include "skywright/run/detail/perform.h"

namespace skywright::run {
namespace {

/// Threads that take orders from a queue and post what came of them.
class Hands {
 public:
  Hands(Crew& crew, const Work& work, int threads, int share)
      : crew_(crew), work_(work), share_(share) {
    for (int t = 0; t < threads; ++t) pool_.emplace_back([this] { run(); });
  }
  ~Hands() {
    stop();
    {
      const std::scoped_lock hold(lock_);
      closed_ = true;
      changed_.notify_all();
    }
  }
  Hands(const Hands&) = delete;
  Hands& operator=(const Hands&) = delete;

  void give(Message order) {
    const std::scoped_lock hold(lock_);
    orders_.push_back(std::move(order));
    changed_.notify_one();
  }
  void stop() { stop_.request_stop(); }

 private:
  void run() {
    const Execution execution(share_, stop_.get_token());
    for (;;) {
      Message order;
      {
        std::unique_lock hold(lock_);
        changed_.wait(hold, [&] { return closed_ || !orders_.empty(); });
        if (orders_.empty()) return;
        order = std::move(orders_.front());
        orders_.pop_front();
      }
      const detail::Performed done = detail::perform(clock_, [&] {
        execution.check_stop();
        return work_(order.text, execution);
      });
      crew_.post(0, {Message::Kind::answer, order.number, to_text(done)});
    }
  }

  Crew& crew_;
  const Work& work_;
  int share_;
  Clock clock_ = steady_clock();
  std::stop_source stop_;
  std::mutex lock_;
  std::condition_variable changed_;
  std::deque<Message> orders_;
  bool closed_ = false;
  std::vector<std::jthread> pool_;  // last, so that it is joined before what it uses is gone
};

}  // namespace

void serve(Crew& crew, const Work& work, const Execution& execution, int at_once) {
  const int threads = std::clamp(std::min(execution.jobs(), at_once), 1, 4096);
  Hands hands(crew, work, threads, std::max(1, execution.jobs() / threads));
  crew.post(0, {Message::Kind::hello, 0, std::to_string(threads)});
  for (;;) {
    auto received = crew.take(0.05);
    // Looked at rather than called back: the signal that asks must not run code of ours.
    if (execution.stop_requested()) hands.stop();
    if (!received) continue;
    switch (received->message.kind) {
      case Message::Kind::order:
        hands.give(std::move(received->message));
        break;
      case Message::Kind::stop:
        hands.stop();
        break;
      case Message::Kind::end:
        return;
      default:
        break;
    }
  }
}

}  // namespace skywright::run
