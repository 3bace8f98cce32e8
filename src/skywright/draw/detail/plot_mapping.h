/// Values of a plot's axes onto places of a page, for every way of drawing one.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "skywright/draw/plot.h"

namespace skywright::draw::detail {

bool usable(double v, AxisScale scale);
bool is_histogram(const Series& series);

struct Extent {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  void take(double v, AxisScale scale);
};
Extent extent_of(const Plot& plot, bool of_x);

/// Values of an axis onto the page.
class Mapping {
 public:
  Mapping(const Axis& axis, const Extent& data, double begin, double end, bool from_zero);

  [[nodiscard]] double operator()(double v) const;
  [[nodiscard]] std::vector<double> ticks(int wanted) const;
  [[nodiscard]] bool shows(double v) const { return v >= low_ && v <= high_; }
  [[nodiscard]] double low() const { return low_; }
  [[nodiscard]] double high() const { return high_; }
  [[nodiscard]] AxisScale scale() const { return scale_; }

 private:
  AxisScale scale_;
  double low_ = 0.0;
  double high_ = 1.0;
  double begin_;
  double end_;
};

/// As few digits as the step between ticks needs.
std::vector<std::string> tick_labels(const std::vector<double>& ticks);

}  // namespace skywright::draw::detail
