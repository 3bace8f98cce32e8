#include "skywright/measure/significance.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace skywright::measure {
namespace {

constexpr std::size_t kBandRows = 64;
// A kernel with less than this share of its power on usable pixels sees nothing.
constexpr float kLeastPower = 0.1F;

// Sums of k^2 over the part of a kernel that lies within the image, by cumulated sums.
class BorderPower {
 public:
  explicit BorderPower(const image::Kernel& squared) : side_(squared.side()) {
    const auto n = static_cast<std::size_t>(side_ + 1);
    cumulated_.assign(n * n, 0.0);
    for (int y = 0; y < side_; ++y) {
      double row = 0.0;
      for (int x = 0; x < side_; ++x) {
        row += static_cast<double>(squared.weights()(x, y));
        at(x + 1, y + 1) = at(x + 1, y) + row;
      }
    }
  }
  // Kernel columns x0 .. x1-1 and rows y0 .. y1-1.
  [[nodiscard]] float power(int x0, int x1, int y0, int y1) {
    return static_cast<float>(at(x1, y1) - at(x0, y1) - at(x1, y0) + at(x0, y0));
  }
  [[nodiscard]] int side() const { return side_; }

 private:
  double& at(int x, int y) { return cumulated_[static_cast<std::size_t>(y * (side_ + 1) + x)]; }
  int side_;
  std::vector<double> cumulated_;
};

// sum k^2 over usable pixels, for the rows y0 .. y1-1.
void fill_power(std::vector<float>& power, int y0, int y1,
                image::ImageView<const image::MaskBits> mask, image::MaskBits ignore, int width,
                int height, const image::Kernel& squared, BorderPower border) {
  const int half = squared.half();
  for (int y = y0; y < y1; ++y) {
    float* row = power.data() + static_cast<std::ptrdiff_t>(y - y0) * width;
    const int ky0 = std::max(0, half - y);
    const int ky1 = std::min(border.side(), height - y + half);
    const float full = border.power(0, border.side(), ky0, ky1);
    std::fill_n(row, width, full);
    for (int x = 0; x < std::min(half, width); ++x)
      row[x] = border.power(half - x, std::min(border.side(), width - x + half), ky0, ky1);
    for (int x = std::max(half, width - half); x < width; ++x)
      row[x] = border.power(0, width - x + half, ky0, ky1);
  }
  if (mask.empty()) return;
  for (int y = std::max(0, y0 - half); y < std::min(height, y1 + half); ++y) {
    const image::MaskBits* bits = mask.row(y);
    image::MaskBits any = 0;
    for (int x = 0; x < width; ++x) any |= bits[x];
    if ((any & ignore) == 0) continue;
    for (int x = 0; x < width; ++x) {
      if ((bits[x] & ignore) == 0) continue;
      // Pixel (x, y) enters the sum of (x - i, y - j) with k(i, j), correlation's indices.
      for (int j = std::max(y0, y - half); j <= std::min(y1 - 1, y + half); ++j) {
        float* row = power.data() + static_cast<std::ptrdiff_t>(j - y0) * width;
        const float* k = squared.weights().row(y - j + half);
        const int i0 = std::max(0, x - half);
        const int i1 = std::min(width - 1, x + half);
        for (int i = i0; i <= i1; ++i) row[i] -= k[x - i + half];
      }
    }
  }
}

}  // namespace

image::Image<float> sky_significance(image::ImageView<const float> sky,
                                     image::ImageView<const image::MaskBits> mask,
                                     image::MaskBits ignore, const SplineMesh& sigma,
                                     const image::Kernel& kernel, NoiseUnit unit,
                                     const Execution& execution, image::Image<float> reuse) {
  const int width = sky.width();
  const int height = sky.height();
  image::Image<float> out = std::move(reuse);
  if (out.box() != sky.box()) out = image::Image<float>::uninitialised(width, height);
  image::convolve(sky, kernel.flipped(), out.view(), execution);
  const auto view = out.view();
  const image::Kernel squared = kernel.squared();
  const BorderPower border(squared);
  const auto full = static_cast<float>(kernel.sum_of_squares());
  execution.for_chunks(
      static_cast<std::size_t>(height), kBandRows, [&](std::size_t begin, std::size_t end) {
        const int y0 = static_cast<int>(begin);
        const int y1 = static_cast<int>(end);
        std::vector<float> noise(static_cast<std::size_t>(width));
        std::vector<float> power;
        if (unit == NoiseUnit::filtered) {
          power.resize(static_cast<std::size_t>(width) * (end - begin));
          fill_power(power, y0, y1, mask, ignore, width, height, squared, border);
        }
        for (int y = y0; y < y1; ++y) {
          sigma.row(y, noise);
          float* row = view.row(y);
          if (unit == NoiseUnit::unfiltered) {
            for (int x = 0; x < width; ++x) row[x] /= noise[static_cast<std::size_t>(x)];
            continue;
          }
          const float* p = power.data() + static_cast<std::ptrdiff_t>(y - y0) * width;
          const float least = kLeastPower * full;
          for (int x = 0; x < width; ++x) {
            const float n = noise[static_cast<std::size_t>(x)];
            const float s = row[x] / (n * std::sqrt(std::max(p[x], least)));
            row[x] = p[x] < least ? 0.0F : s;
          }
        }
      });
  return out;
}

image::Image<float> pixel_significance(const image::MaskedImageView& image, image::MaskBits ignore,
                                       const image::Kernel& kernel, double noise_factor,
                                       const Execution& execution) {
  const int width = image.width();
  const int height = image.height();
  image::Image<float> pixels = image::Image<float>::uninitialised(width, height);
  image::Image<float> variance = image::Image<float>::uninitialised(width, height);
  image::Image<float> usable = image::Image<float>::uninitialised(width, height);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const float p = image.pixels(x, y);
      const float v = image.variance(x, y);
      const bool good =
          (image.mask(x, y) & ignore) == 0 && std::isfinite(p) && std::isfinite(v) && v > 0.0F;
      pixels(x, y) = good ? p : 0.0F;
      variance(x, y) = good ? v : 0.0F;
      usable(x, y) = good ? 1.0F : 0.0F;
    }
  const image::Kernel turned = kernel.flipped();
  const image::Kernel squared = turned.squared();
  image::Image<float> out = image::convolve(pixels.view(), turned, execution);
  const image::Image<float> noise = image::convolve(variance.view(), squared, execution);
  const image::Image<float> power = image::convolve(usable.view(), squared, execution);
  const auto least = static_cast<float>(static_cast<double>(kLeastPower) * kernel.sum_of_squares());
  const auto scale = static_cast<float>(1.0 / noise_factor);
  float* to = out.data();
  const float* n = noise.data();
  const float* p = power.data();
  for (std::size_t i = 0; i < out.size(); ++i)
    to[i] = p[i] < least ? 0.0F : scale * to[i] / std::sqrt(n[i]);
  return out;
}

}  // namespace skywright::measure
