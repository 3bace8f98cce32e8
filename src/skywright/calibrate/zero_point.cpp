#include "skywright/calibrate/zero_point.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "skywright/math/statistics.h"

namespace skywright::calibrate {
namespace {

constexpr double kMagnitude = 2.5 / std::numbers::ln10;  // of a relative change of 1
constexpr double kAbOfNanojansky = 31.4;
constexpr double kClip = 3.5;

struct Star {
  double magnitude = 0.0;  ///< of the ratio reference / image flux, as a brightness
  double variance = 0.0;
};

struct Mean {
  double value = 0.0;
  double error = 0.0;
  double rms = 0.0;
};

Mean weighted_mean(const std::vector<Star>& stars, double intrinsic) {
  double weight = 0.0;
  double sum = 0.0;
  for (const Star& s : stars) {
    const double w = 1.0 / (s.variance + intrinsic * intrinsic);
    weight += w;
    sum += w * s.magnitude;
  }
  Mean mean{sum / weight, 1.0 / std::sqrt(weight), 0.0};
  for (const Star& s : stars) mean.rms += (s.magnitude - mean.value) * (s.magnitude - mean.value);
  mean.rms = std::sqrt(mean.rms / static_cast<double>(stars.size()));
  return mean;
}

/// The scatter that, added to the quoted errors, makes chi2 equal to its degrees of freedom.
double intrinsic_scatter(const std::vector<Star>& stars) {
  const auto excess = [&](double intrinsic) {
    const Mean mean = weighted_mean(stars, intrinsic);
    double chi2 = 0.0;
    for (const Star& s : stars)
      chi2 += (s.magnitude - mean.value) * (s.magnitude - mean.value) /
              (s.variance + intrinsic * intrinsic);
    return chi2 - (static_cast<double>(stars.size()) - 1.0);
  };
  if (stars.size() < 3 || excess(0.0) <= 0.0) return 0.0;
  double low = 0.0;
  double high = 2.0;
  for (int i = 0; i < 40; ++i) {
    const double middle = 0.5 * (low + high);
    (excess(middle) > 0.0 ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

}  // namespace

ZeroPoint fit_zero_point(std::span<const double> flux, std::span<const double> flux_err,
                         std::span<const double> reference, std::span<const double> reference_err) {
  std::vector<Star> stars;
  for (std::size_t i = 0; i < flux.size(); ++i) {
    const double ratio = reference[i] / flux[i];
    if (!(flux[i] > 0.0) || !(reference[i] > 0.0) || !std::isfinite(ratio)) continue;
    const double a = flux_err[i] / flux[i];
    const double b = reference_err[i] >= 0.0 ? reference_err[i] / reference[i] : 0.0;
    const double relative = a * a + b * b;
    // No photometry is better than half a millimagnitude; a zero error must not rule the mean.
    if (std::isfinite(relative))
      stars.push_back({-2.5 * std::log10(ratio), kMagnitude * kMagnitude * relative + 2.5e-7});
  }
  ZeroPoint zero;
  zero.magnitude = std::numeric_limits<double>::quiet_NaN();
  zero.nanojansky = zero.magnitude;
  if (stars.empty()) return zero;
  const std::size_t all = stars.size();
  // Start from the median and its spread, which a third of bad stars cannot move far.
  std::vector<double> values;
  for (const Star& s : stars) values.push_back(s.magnitude);
  double centre = math::median(std::span<const double>(values));
  double intrinsic = stars.size() >= 5 ? math::mad_sigma(std::span<const double>(values)) : 0.05;
  const std::vector<Star> everything = stars;
  for (int i = 0; i < 10; ++i) {
    std::vector<Star> kept;
    for (const Star& s : everything)
      if (std::abs(s.magnitude - centre) <= kClip * std::sqrt(s.variance + intrinsic * intrinsic))
        kept.push_back(s);
    if (kept.empty()) break;
    stars = kept;
    intrinsic = intrinsic_scatter(stars);
    centre = weighted_mean(stars, intrinsic).value;
  }
  const Mean mean = weighted_mean(stars, intrinsic);
  zero.magnitude = kAbOfNanojansky + mean.value;
  zero.nanojansky = std::pow(10.0, -0.4 * mean.value);
  zero.error = mean.error;
  zero.rms = mean.rms;
  zero.intrinsic = intrinsic;
  zero.stars = static_cast<int>(stars.size());
  zero.clipped = static_cast<int>(all - stars.size());
  return zero;
}

}  // namespace skywright::calibrate
