#include "skywright/warp/interpolation_kernel.h"

#include <cmath>
#include <numbers>

namespace skywright::warp {
namespace {

double sinc(double x) {
  const double px = std::numbers::pi * x;
  return std::abs(x) < 1e-12 ? 1.0 : std::sin(px) / px;
}

/// Kaiser's window (Kaiser & Schafer 1980), 1 in the middle; |x| <= 1.
double kaiser_window(double x) {
  // The value that interpolates a Gaussian of FWHM 4 pixels best, and one of 3 nearly so.
  constexpr double kBeta = 6.0;
  return std::cyl_bessel_i(0.0, kBeta * std::sqrt(1.0 - x * x)) / std::cyl_bessel_i(0.0, kBeta);
}

int taps_of(WarpKernel kind) {
  switch (kind) {
    case WarpKernel::bilinear:
      return 2;
    case WarpKernel::lanczos4:
    case WarpKernel::kaiser:
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
      w = sinc(d) * (kind_ == WarpKernel::kaiser ? kaiser_window(d / order) : sinc(d / order));
    out[static_cast<std::size_t>(k)] = w;
    sum += w;
  }
  for (double& w : out) w /= sum;
  return out;
}

}  // namespace skywright::warp
