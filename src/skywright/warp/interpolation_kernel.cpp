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
  static const double middle = std::cyl_bessel_i(0.0, kBeta);
  return std::cyl_bessel_i(0.0, kBeta * std::sqrt(1.0 - x * x)) / middle;
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
  for (int p = 0; p <= kPhases; ++p)
    for (const double w : exact(static_cast<double>(p) / kPhases))
      table_.push_back(static_cast<float>(w));
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

std::array<double, kTaps> InterpolationKernel::between_phases(double fraction) const {
  const double phase = fraction * kPhases;
  const auto below = static_cast<std::size_t>(phase);
  const double part = phase - static_cast<double>(below);
  std::array<double, kTaps> out{};
  for (std::size_t k = 0; k < out.size(); ++k) {
    const auto a = static_cast<double>(table_[below * kTaps + k]);
    const auto b = static_cast<double>(table_[(below + 1) * kTaps + k]);
    out[k] = a + part * (b - a);
  }
  return out;
}

}  // namespace skywright::warp
