#include "skywright/psf/sinc_shift.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <vector>

namespace skywright::psf {
namespace {

constexpr int kTaps = 2 * kSincReach + 1;

constexpr double kBeta = 7.0;  // of the window: sharper passes less, wider lets aliases in

// 1 / k^2.
constexpr std::array<double, 21> kInverseSquares = [] {
  std::array<double, 21> out{};
  for (int k = 1; k <= 20; ++k) out[static_cast<std::size_t>(k)] = 1.0 / (k * k);
  return out;
}();

// Modified Bessel function of order zero, by its series: to 1e-9 within [0, kBeta].
double bessel_i0(double x) {
  const double q = 0.25 * x * x;
  double term = 1.0;
  double sum = 1.0;
  for (std::size_t k = 1; k <= 20; ++k) {
    term *= q * kInverseSquares[k];
    sum += term;
  }
  return sum;
}

// Not normalised: the weights are. @param sine of pi x
double windowed_sinc(double x, double sine) {
  const double u = x / kSincReach;
  if (std::abs(u) >= 1.0) return 0.0;
  const double window = bessel_i0(kBeta * std::sqrt(1.0 - u * u));
  if (std::abs(x) < 1e-9) return window;
  return window * sine / (std::numbers::pi * x);
}

// The whole pixels of a shift, so that the rest lies in [-0.5, 0.5].
int whole_part(double d) { return static_cast<int>(std::lround(d)); }

}  // namespace

std::array<float, kTaps> sinc_weights(double fraction) {
  std::array<double, kTaps> w{};
  double sum = 0.0;
  // The sine of pi x changes but its sign from one tap to the next.
  const double sine = std::sin(std::numbers::pi * fraction);
  for (int k = 0; k < kTaps; ++k) {
    const double sign = (k - kSincReach) % 2 == 0 ? 1.0 : -1.0;
    w[static_cast<std::size_t>(k)] = windowed_sinc(fraction + k - kSincReach, sign * sine);
    sum += w[static_cast<std::size_t>(k)];
  }
  std::array<float, kTaps> out{};
  for (std::size_t k = 0; k < out.size(); ++k) out[k] = static_cast<float>(w[k] / sum);
  return out;
}

void shift_stamp(image::ImageView<const float> in, double dx, double dy,
                 image::ImageView<float> out, std::span<float> scratch) {
  const int width = in.width();
  const int height = in.height();
  const int step_x = whole_part(dx);
  const int step_y = whole_part(dy);
  const auto wx = sinc_weights(dx - step_x);
  const auto wy = sinc_weights(dy - step_y);
  const int margin = kSincReach + 1;
  const int padded = width + 2 * margin;
  assert(scratch.size() >= static_cast<std::size_t>(padded + width * height));
  float* line = scratch.data();
  float* rows = line + padded;
  std::fill_n(line, padded, 0.0F);
  for (int y = 0; y < height; ++y) {
    std::copy_n(in.row(y), width, line + margin);
    const float* from = line + margin - kSincReach - step_x;
    float* to = rows + y * width;
    for (int x = 0; x < width; ++x) {
      float sum = 0.0F;
      for (int k = 0; k < kTaps; ++k) sum += wx[static_cast<std::size_t>(k)] * from[x + k];
      to[x] = sum;
    }
  }
  for (int y = 0; y < height; ++y) {
    float* to = out.row(y);
    std::fill_n(to, width, 0.0F);
    for (int k = 0; k < kTaps; ++k) {
      const int source = y + k - kSincReach - step_y;
      if (source < 0 || source >= height) continue;
      const float* from = rows + source * width;
      const float w = wy[static_cast<std::size_t>(k)];
      for (int x = 0; x < width; ++x) to[x] += w * from[x];
    }
  }
}

image::Image<float> shifted(image::ImageView<const float> in, double dx, double dy) {
  image::Image<float> out = image::Image<float>::uninitialised(in.width(), in.height());
  std::vector<float> scratch(in.size() + static_cast<std::size_t>(in.width()) + 32);
  shift_stamp(in, dx, dy, out.view(), scratch);
  return out;
}

}  // namespace skywright::psf
