#include "skywright/draw/detail/plot_mapping.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace skywright::draw::detail {

bool usable(double v, AxisScale scale) {
  return std::isfinite(v) && (scale == AxisScale::linear || v > 0.0);
}

bool is_histogram(const Series& s) {
  return s.kind == SeriesKind::steps || s.kind == SeriesKind::bars;
}

void Extent::take(double v, AxisScale scale) {
  if (!usable(v, scale)) return;
  low = std::min(low, v);
  high = std::max(high, v);
}

Extent extent_of(const Plot& plot, bool of_x) {
  Extent extent;
  const AxisScale scale = of_x ? plot.x.scale : plot.y.scale;
  for (const Series& s : plot.series) {
    const std::vector<double>& values = of_x ? s.x : s.y;
    for (std::size_t i = 0; i < values.size(); ++i) {
      extent.take(values[i], scale);
      if (of_x || i >= s.y_error.size() || !(s.y_error[i] > 0.0)) continue;
      extent.take(values[i] - s.y_error[i], scale);
      extent.take(values[i] + s.y_error[i], scale);
    }
  }
  return extent;
}

Mapping::Mapping(const Axis& axis, const Extent& data, double begin, double end, bool from_zero)
    : scale_(axis.scale), begin_(begin), end_(end) {
  low_ = data.low;
  high_ = data.high;
  if (!(low_ <= high_)) {  // no data
    low_ = scale_ == AxisScale::log ? 1.0 : 0.0;
    high_ = scale_ == AxisScale::log ? 10.0 : 1.0;
  }
  if (low_ == high_) {
    const double half = low_ == 0.0 ? 0.5 : std::abs(low_) * 0.1;
    low_ -= scale_ == AxisScale::log ? 0.5 * low_ : half;
    high_ += half;
  }
  if (scale_ == AxisScale::linear) {
    const double margin = 0.05 * (high_ - low_);
    low_ = from_zero && low_ >= 0.0 ? 0.0 : low_ - margin;
    high_ += margin;
  } else {
    const double margin = std::pow(high_ / low_, 0.05);
    low_ /= margin;
    high_ *= margin;
  }
  if (usable(axis.low, scale_)) low_ = axis.low;
  if (usable(axis.high, scale_)) high_ = axis.high;
  if (!(low_ < high_)) high_ = low_ + (low_ == 0.0 ? 1.0 : std::abs(low_));
  if (axis.reversed) std::swap(begin_, end_);
}

double Mapping::operator()(double v) const {
  const double part = scale_ == AxisScale::log
                          ? std::log(std::max(v, low_ * 1e-3) / low_) / std::log(high_ / low_)
                          : (v - low_) / (high_ - low_);
  return begin_ + std::clamp(part, -10.0, 11.0) * (end_ - begin_);
}

std::vector<double> Mapping::ticks(int wanted) const {
  return scale_ == AxisScale::log ? log_ticks(low_, high_) : linear_ticks(low_, high_, wanted);
}

std::vector<std::string> tick_labels(const std::vector<double>& ticks) {
  std::vector<std::string> labels;
  double largest = 0.0;
  double step = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < ticks.size(); ++i) {
    largest = std::max(largest, std::abs(ticks[i]));
    if (i > 0) step = std::min(step, std::abs(ticks[i] - ticks[i - 1]));
  }
  for (const double t : ticks) {
    const double v = std::abs(t) < 1e-9 * step ? 0.0 : t;
    if (largest >= 1e6 || (largest > 0.0 && largest < 1e-3))
      labels.push_back(fmt::format("{:.3g}", v));
    else
      labels.push_back(fmt::format("{:.10g}", std::round(v * 1e8) / 1e8));
  }
  return labels;
}

}  // namespace skywright::draw::detail
