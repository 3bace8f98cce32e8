#include "skywright/psf/lanczos_shift.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <vector>

namespace skywright::psf {
namespace {

constexpr int kTaps = 2 * kLanczosOrder + 1;

double lanczos(double x) {
  if (std::abs(x) >= kLanczosOrder) return 0.0;
  if (std::abs(x) < 1e-9) return 1.0;
  const double t = std::numbers::pi * x;
  return kLanczosOrder * std::sin(t) * std::sin(t / kLanczosOrder) / (t * t);
}

// The whole pixels of a shift, so that the rest lies in [-0.5, 0.5].
int whole_part(double d) { return static_cast<int>(std::lround(d)); }

}  // namespace

std::array<float, kTaps> lanczos_weights(double fraction) {
  std::array<double, kTaps> w{};
  double sum = 0.0;
  for (int k = 0; k < kTaps; ++k) {
    w[static_cast<std::size_t>(k)] = lanczos(fraction + k - kLanczosOrder);
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
  const auto wx = lanczos_weights(dx - step_x);
  const auto wy = lanczos_weights(dy - step_y);
  const int margin = kLanczosOrder + 1;
  const int padded = width + 2 * margin;
  assert(scratch.size() >= static_cast<std::size_t>(padded + width * height));
  float* line = scratch.data();
  float* rows = line + padded;
  std::fill_n(line, padded, 0.0F);
  for (int y = 0; y < height; ++y) {
    std::copy_n(in.row(y), width, line + margin);
    const float* from = line + margin - kLanczosOrder - step_x;
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
      const int source = y + k - kLanczosOrder - step_y;
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
