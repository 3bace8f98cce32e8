#include "skywright/imagesim/detail/wide_layers.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "skywright/base/vector_clones.h"
#include "skywright/imagesim/draw_gaussian.h"

namespace skywright::imagesim::detail {
namespace {

/// Points of each grid beyond the strip on every side: those that interpolation reaches from the
/// last pixel, on the next finer grid's own margin too.
constexpr int kMargin = 6;
constexpr double kStepsWide = 3.0;

int points(int pixels, int step) { return (pixels + step - 1) / step + 2 * kMargin; }

/// The value midway between the third and the fourth of six points: Lagrange's polynomial.
/// out[i] of the six rows' [i].
SKYWRIGHT_VECTOR_CLONES
void midway(const float* a, const float* b, const float* c, const float* d, const float* e,
            const float* f, float* __restrict out, int count) {
  constexpr float kNear = 150.0F / 256.0F, kNext = -25.0F / 256.0F, kFar = 3.0F / 256.0F;
  for (int i = 0; i < count; ++i)
    out[i] = kNear * (c[i] + d[i]) + kNext * (b[i] + e[i]) + kFar * (a[i] + f[i]);
}

SKYWRIGHT_VECTOR_CLONES
void add_interleaved(const float* even, const float* odd, float* __restrict out, int pairs) {
  for (int i = 0; i < pairs; ++i) {
    out[2 * i] += even[i];
    out[2 * i + 1] += odd[i];
  }
}

/// Add a grid to one of half its step, whose first point is the grid's point (first, first).
void refine(image::ImageView<const float> coarse, image::ImageView<float> fine, int first) {
  const int width = coarse.width();
  std::vector<float> between(static_cast<std::size_t>(width));
  std::vector<float> odd(static_cast<std::size_t>(width));
  for (int y = 0; y < fine.height(); ++y) {
    const int row = first + y / 2;
    if (row + 3 >= coarse.height()) break;
    const float* line = coarse.row(row);
    if (y % 2 == 1) {
      midway(coarse.row(row - 2), coarse.row(row - 1), line, coarse.row(row + 1),
             coarse.row(row + 2), coarse.row(row + 3), between.data(), width);
      line = between.data();
    }
    midway(line, line + 1, line + 2, line + 3, line + 4, line + 5, odd.data() + 2, width - 5);
    const int pairs = std::min(fine.width() / 2, width - 3 - first);
    add_interleaved(line + first, odd.data() + first, fine.row(y), pairs);
    if (fine.width() % 2 == 1) fine.row(y)[2 * pairs] += line[first + pairs];
  }
}

}  // namespace

WideLayers::WideLayers(image::ImageView<float> strip, int y0) : strip_(strip), y0_(y0) {
  for (std::size_t k = 0; k < grids_.size(); ++k) {
    const int step = 2 << k;
    grids_[k] = image::Image<float>(points(strip.width(), step), points(strip.height(), step));
  }
}

bool WideLayers::draw(double x, double y, double flux, const PixelGaussian& g, double floor) {
  const double half_trace = 0.5 * (g.xx + g.yy);
  const double least = half_trace - std::sqrt(0.25 * (g.xx - g.yy) * (g.xx - g.yy) + g.xy * g.xy);
  std::size_t k = grids_.size();
  const auto fits = [&](double step) { return least >= kStepsWide * kStepsWide * step * step; };
  while (k > 0 && !fits(static_cast<double>(1 << k))) --k;
  if (k == 0) return false;
  const double step = static_cast<double>(1 << k);
  const double area = step * step;
  draw_gaussian(grids_[k - 1], -kMargin, y0_ / (1 << k) - kMargin, x / step, y / step, flux / area,
                {g.weight, g.xx / area, g.xy / area, g.yy / area}, floor);
  return true;
}

void WideLayers::add() {
  // Point i of a grid lies on point 2 i - 6 of the next finer one, and on pixel 2 i - 12.
  for (std::size_t k = grids_.size() - 1; k > 0; --k)
    refine(grids_[k].view(), grids_[k - 1].view(), kMargin / 2);
  refine(grids_[0].view(), strip_, kMargin);
}

}  // namespace skywright::imagesim::detail
