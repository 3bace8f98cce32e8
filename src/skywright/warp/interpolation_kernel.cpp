#include "skywright/warp/interpolation_kernel.h"

#include <cmath>
#include <numbers>

namespace skywright::warp {
namespace {

double sinc(double x) {
  const double px = std::numbers::pi * x;
  return std::abs(x) < 1e-12 ? 1.0 : std::sin(px) / px;
}

int taps_of(WarpKernel kind) {
  switch (kind) {
    case WarpKernel::bilinear:
      return 2;
    case WarpKernel::lanczos4:
      return 8;
    case WarpKernel::lanczos3:
      break;
  }
  return 6;
}

}  // namespace

InterpolationKernel::InterpolationKernel(WarpKernel kind) : kind_(kind), taps_(taps_of(kind)) {
  // One phase beyond the last, which is the first of the next pixel.
  for (int p = 0; p <= kPhases; ++p) {
    const std::array<double, kTaps> weights = exact(static_cast<double>(p) / kPhases);
    std::array<float, kTaps> w{};
    std::array<float, kTaps> s{};
    for (std::size_t k = 0; k < w.size(); ++k) {
      w[k] = static_cast<float>(weights[k]);
      s[k] = w[k] * w[k];
    }
    table_.push_back(w);
    squares_.push_back(s);
  }
}

std::array<double, kTaps> InterpolationKernel::exact(double fraction) const {
  std::array<double, kTaps> out{};
  double sum = 0.0;
  for (int k = 0; k < taps_; ++k) {
    const double d = fraction + before() - k;
    const double order = taps_ / 2.0;
    double w = 0.0;
    if (kind_ == WarpKernel::bilinear)
      w = std::max(0.0, 1.0 - std::abs(d));
    else if (std::abs(d) < order)
      w = sinc(d) * sinc(d / order);
    out[static_cast<std::size_t>(k)] = w;
    sum += w;
  }
  for (double& w : out) w /= sum;
  return out;
}

}  // namespace skywright::warp
