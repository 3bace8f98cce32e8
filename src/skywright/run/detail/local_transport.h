/// Ranks that are threads of one process, for tests: they can be stopped and cut off like real
/// ones.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "skywright/run/transport.h"

namespace skywright::run::detail {

/// The letters between the ranks of a launch that is pretended.
class LocalLaunch {
 public:
  explicit LocalLaunch(int size) : boxes_(static_cast<std::size_t>(size)) {}

  std::unique_ptr<Transport> join(int rank) { return std::make_unique<Rank>(*this, rank); }

  /// A rank that neither sends nor receives, as after SIGSTOP; what is sent to it waits.
  void stop(int rank) { box(rank).stopped = true; }
  void go_on(int rank) { box(rank).stopped = false; }

  /// The code with which the launch was ended; -1 where it was not.
  [[nodiscard]] int abandoned() const { return abandoned_; }
  [[nodiscard]] int left_together() const { return left_; }

 private:
  struct Box {
    std::mutex lock;
    std::deque<Letter> letters;
    std::atomic<bool> stopped = false;
  };
  Box& box(int rank) { return boxes_[static_cast<std::size_t>(rank)]; }

  class Rank final : public Transport {
   public:
    Rank(LocalLaunch& launch, int rank) : launch_(launch), rank_(rank) {}
    [[nodiscard]] int rank() const noexcept override { return rank_; }
    [[nodiscard]] int size() const noexcept override {
      return static_cast<int>(launch_.boxes_.size());
    }
    [[nodiscard]] int neighbours() const noexcept override { return size(); }
    void send(int to, const std::string& bytes) noexcept override {
      held_.emplace_back(to, bytes);
      flush();
    }
    [[nodiscard]] std::size_t unsent(int) const noexcept override { return held_.size(); }
    std::optional<Letter> receive() noexcept override {
      flush();
      Box& mine = launch_.box(rank_);
      if (mine.stopped) return {};
      const std::scoped_lock hold(mine.lock);
      if (mine.letters.empty()) return {};
      Letter letter = std::move(mine.letters.front());
      mine.letters.pop_front();
      return letter;
    }
    void leave() noexcept override {
      flush();
      ++launch_.left_;
    }
    void abandon(int code) noexcept override { launch_.abandoned_ = code; }

   private:
    void flush() {
      if (launch_.box(rank_).stopped) return;
      for (; !held_.empty(); held_.pop_front()) {
        Box& other = launch_.box(held_.front().first);
        const std::scoped_lock hold(other.lock);
        other.letters.push_back({rank_, held_.front().second});
      }
    }
    LocalLaunch& launch_;
    int rank_;
    std::deque<std::pair<int, std::string>> held_;
  };

  std::deque<Box> boxes_;
  std::atomic<int> abandoned_ = -1;
  std::atomic<int> left_ = 0;
};

}  // namespace skywright::run::detail
