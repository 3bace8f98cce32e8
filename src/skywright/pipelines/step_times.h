/// Seconds that the steps of one unit of work took.
#pragma once

#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace skywright::pipelines {

struct StepTime {
  std::string step;
  double seconds = 0.0;
  /// Of the processor; NaN where it was not asked for.
  double cpu_seconds = std::numeric_limits<double>::quiet_NaN();
};

/// Seconds since any fixed moment.
using SecondsClock = std::function<double()>;

struct StepClocks {
  SecondsClock wall;
  /// Of the thread that does the steps: give it only where one thread does all of them.
  SecondsClock cpu = {};
};

/// Names the time since the last mark.
class StepTimer {
 public:
  explicit StepTimer(StepClocks clocks) : clocks_(std::move(clocks)) { restart(); }

  void mark(std::string step) {
    StepTime time{.step = std::move(step), .seconds = clocks_.wall() - wall_};
    if (clocks_.cpu) time.cpu_seconds = clocks_.cpu() - cpu_;
    times_.push_back(std::move(time));
    restart();
  }
  /// Steps that were timed elsewhere since the last mark.
  void add(const std::vector<StepTime>& times) {
    times_.insert(times_.end(), times.begin(), times.end());
    restart();
  }
  [[nodiscard]] std::vector<StepTime> take() { return std::move(times_); }

 private:
  void restart() {
    wall_ = clocks_.wall();
    if (clocks_.cpu) cpu_ = clocks_.cpu();
  }

  std::vector<StepTime> times_;
  StepClocks clocks_;
  double wall_ = 0.0;
  double cpu_ = 0.0;
};

}  // namespace skywright::pipelines
