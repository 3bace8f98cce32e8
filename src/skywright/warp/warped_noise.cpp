#include <array>
#include <cmath>
#include <vector>

#include "skywright/warp/interpolation_kernel.h"
#include "skywright/warp/warp.h"

namespace skywright::warp {
namespace {

using image::Image;
using image::NoiseCorrelation;

/// Mean over phases of sum_k w(k - p) w(k - p - shift): how two places `shift` apart share input.
double shared_weight(const InterpolationKernel& kernel, double shift) {
  constexpr int kPhases = 24;
  double sum = 0.0;
  for (int p = 0; p < kPhases; ++p) {
    const double here = (p + 0.5) / kPhases;
    const double there = here + shift;
    const double whole = std::floor(there);
    if (std::abs(whole) >= kTaps) return 0.0;
    const std::array<double, kTaps> a = kernel.between_phases(here);
    const std::array<double, kTaps> b = kernel.between_phases(there - whole);
    for (int k = 0; k < kTaps; ++k) {
      const int l = k - static_cast<int>(whole);
      if (l >= 0 && l < kTaps)
        sum += a[static_cast<std::size_t>(k)] * b[static_cast<std::size_t>(l)];
    }
  }
  return sum / kPhases;
}

}  // namespace

NoiseCorrelation warped_noise(const NoiseCorrelation& in, const WarpConfig& config,
                              const std::array<double, 4>& mapping) {
  constexpr int kHalf = 4;
  const InterpolationKernel kernel(config.kernel);
  const auto covariance = [&](double dx, double dy) {
    std::vector<double> along_x;
    std::vector<double> along_y;
    for (int i = -in.half(); i <= in.half(); ++i) {
      along_x.push_back(shared_weight(kernel, dx - i));
      along_y.push_back(shared_weight(kernel, dy - i));
    }
    double sum = 0.0;
    for (int j = -in.half(); j <= in.half(); ++j)
      for (int i = -in.half(); i <= in.half(); ++i)
        sum += in.at(i, j) * along_x[static_cast<std::size_t>(i + in.half())] *
               along_y[static_cast<std::size_t>(j + in.half())];
    return sum;
  };
  NoiseCorrelation out{.lags = Image<float>(2 * kHalf + 1, 2 * kHalf + 1),
                       .pixels_used = in.pixels_used};
  const double variance = covariance(0.0, 0.0);
  // What the variance plane says already: independent noise under squared weights.
  const double independent = std::pow(shared_weight(kernel, 0.0), 2);
  out.variance_scale = in.variance_scale * variance / independent;
  for (int dy = -kHalf; dy <= kHalf; ++dy)
    for (int dx = -kHalf; dx <= kHalf; ++dx)
      out.lags(dx + kHalf, dy + kHalf) = static_cast<float>(
          covariance(mapping[0] * dx + mapping[1] * dy, mapping[2] * dx + mapping[3] * dy) /
          variance);
  return out;
}

}  // namespace skywright::warp
