/// Seconds that the steps of one unit of work took.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace skywright::pipelines {

struct StepTime {
  std::string step;
  double seconds = 0.0;
};

/// Seconds since any fixed moment.
using SecondsClock = std::function<double()>;

/// Names the time since the last mark.
class StepTimer {
 public:
  explicit StepTimer(SecondsClock clock) : clock_(std::move(clock)), last_(clock_()) {}

  void mark(std::string step) {
    const double now = clock_();
    times_.push_back({std::move(step), now - last_});
    last_ = now;
  }
  [[nodiscard]] std::vector<StepTime> take() { return std::move(times_); }

 private:
  SecondsClock clock_;
  double last_;
  std::vector<StepTime> times_;
};

}  // namespace skywright::pipelines
