#include <algorithm>
#include <cassert>
#include <cmath>

#include "skywright/draw/plot.h"

namespace skywright::draw {

std::vector<double> linear_ticks(double low, double high, int wanted) {
  assert(low < high && wanted > 0);
  const double rough = (high - low) / wanted;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10.0 * power;
  for (const double factor : {1.0, 2.0, 2.5, 5.0}) {
    if (factor * power < rough * 0.999) continue;
    step = factor * power;
    break;
  }
  std::vector<double> ticks;
  // A hundredth of a step lets ticks at the very ends stand in spite of rounding.
  const auto first = static_cast<long long>(std::ceil(low / step - 0.01));
  const auto last = static_cast<long long>(std::floor(high / step + 0.01));
  for (long long i = first; i <= last; ++i) ticks.push_back(static_cast<double>(i) * step);
  return ticks;
}

std::vector<double> log_ticks(double low, double high) {
  assert(low > 0.0 && low < high);
  const auto within = [&](double v) { return v >= low * 0.999 && v <= high * 1.001; };
  const int first = static_cast<int>(std::floor(std::log10(low)));
  const int last = static_cast<int>(std::ceil(std::log10(high)));
  const int step = std::max(1, (last - first) / 8);
  std::vector<double> ticks;
  for (int p = first; p <= last; p += step)
    if (within(std::pow(10.0, p))) ticks.push_back(std::pow(10.0, p));
  if (ticks.size() >= 3) return ticks;
  ticks.clear();
  for (int p = first; p <= last; ++p)
    for (const double factor : {1.0, 2.0, 5.0})
      if (within(factor * std::pow(10.0, p))) ticks.push_back(factor * std::pow(10.0, p));
  return ticks.size() >= 2 ? ticks : linear_ticks(low, high, 4);
}

Series histogram(std::span<const double> values, double low, double high, int bins,
                 SeriesKind kind) {
  assert(bins > 0 && low < high);
  Series series;
  series.kind = kind;
  const double step = (high - low) / bins;
  for (int i = 0; i <= bins; ++i) series.x.push_back(low + i * step);
  series.y.assign(static_cast<std::size_t>(bins), 0.0);
  for (const double v : values) {
    if (!(v >= low && v <= high)) continue;
    const auto bin = std::min(static_cast<int>((v - low) / step), bins - 1);
    series.y[static_cast<std::size_t>(bin)] += 1.0;
  }
  return series;
}

}  // namespace skywright::draw
