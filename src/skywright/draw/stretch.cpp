#include "skywright/draw/stretch.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <vector>

namespace skywright::draw {
namespace {

/// Finite values on a regular grid, at most about `wanted`, sorted.
std::vector<float> sample(image::ImageView<const float> image, std::size_t wanted) {
  std::vector<float> values;
  if (image.empty()) return values;
  const std::size_t step = std::max<std::size_t>(1, image.size() / wanted);
  // A step that shares no factor with the width does not walk down columns.
  std::size_t stride = step;
  while (stride > 1 && static_cast<std::size_t>(image.width()) % stride == 0) ++stride;
  const auto width = static_cast<std::size_t>(image.width());
  for (std::size_t i = 0; i < image.size(); i += stride) {
    const float v = image(static_cast<int>(i % width), static_cast<int>(i / width));
    if (std::isfinite(v)) values.push_back(v);
  }
  std::sort(values.begin(), values.end());
  return values;
}

double quantile(const std::vector<float>& sorted, double part) {
  const double at = part * static_cast<double>(sorted.size() - 1);
  const auto i = static_cast<std::size_t>(at);
  const std::size_t j = std::min(i + 1, sorted.size() - 1);
  return sorted[i] + (at - static_cast<double>(i)) * (double(sorted[j]) - sorted[i]);
}

Limits opened(Limits limits) {
  if (limits.high > limits.low) return limits;
  return {limits.low - 0.5, limits.low + 0.5};
}

struct SlopeFit {
  double slope = 0.0;  ///< a sample number
  std::size_t kept = 0;
};

/// Value against rank, with 2.5 sigma rejection, five times.
SlopeFit fit_ranks(const std::vector<float>& sorted) {
  const std::size_t n = sorted.size();
  std::vector<bool> keep(n, true);
  SlopeFit fit;
  for (int pass = 0; pass < 5; ++pass) {
    double sx = 0, sy = 0, sxx = 0, sxy = 0, count = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if (!keep[i]) continue;
      const auto x = static_cast<double>(i);
      sx += x;
      sy += sorted[i];
      sxx += x * x;
      sxy += x * sorted[i];
      count += 1.0;
    }
    const double determinant = count * sxx - sx * sx;
    if (!(determinant > 0.0)) break;
    fit.slope = (count * sxy - sx * sy) / determinant;
    fit.kept = static_cast<std::size_t>(count);
    const double offset = (sy - fit.slope * sx) / count;
    double squares = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
      if (!keep[i]) continue;
      const double r = sorted[i] - offset - fit.slope * static_cast<double>(i);
      squares += r * r;
    }
    const double limit = 2.5 * std::sqrt(squares / count);
    for (std::size_t i = 0; i < n; ++i)
      keep[i] = std::abs(sorted[i] - offset - fit.slope * static_cast<double>(i)) <= limit;
  }
  return fit;
}

}  // namespace

Limits zscale_limits(image::ImageView<const float> image, double contrast) {
  const std::vector<float> sorted = sample(image, 10000);
  if (sorted.empty()) return {};
  const Limits whole{sorted.front(), sorted.back()};
  const SlopeFit fit = fit_ranks(sorted);
  if (fit.kept < sorted.size() / 2 || !(contrast > 0.0)) return opened(whole);
  const double middle = static_cast<double>(sorted.size() - 1) / 2.0;
  const double median = quantile(sorted, 0.5);
  const double reach = fit.slope / contrast * middle;
  return opened({std::max(whole.low, median - reach), std::min(whole.high, median + reach)});
}

Limits quantile_limits(image::ImageView<const float> image, double low, double high) {
  assert(low >= 0.0 && low < high && high <= 1.0);
  const std::vector<float> sorted = sample(image, 200000);
  if (sorted.empty()) return {};
  return opened({quantile(sorted, low), quantile(sorted, high)});
}

Limits sigma_limits(image::ImageView<const float> image, double below, double above) {
  const std::vector<float> sorted = sample(image, 200000);
  if (sorted.empty()) return {};
  const double median = quantile(sorted, 0.5);
  // 1.349 sigma lie between the quartiles of a Gaussian.
  const double sigma = (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 1.349;
  return opened({median - below * sigma, median + above * sigma});
}

Canvas gray_picture(image::ImageView<const float> image, Limits limits, Stretch stretch,
                    Colour missing) {
  Canvas out(image.width(), image.height());
  constexpr double kSoftening = 10.0;
  const double scale = 1.0 / (limits.high - limits.low);
  const double top = std::asinh(kSoftening);
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) {
      const double v = image(x, y);
      const int row = image.height() - 1 - y;
      if (!std::isfinite(v)) {
        out.set(x, row, missing);
        continue;
      }
      double level = std::clamp((v - limits.low) * scale, 0.0, 1.0);
      if (stretch == Stretch::asinh) level = std::asinh(kSoftening * level) / top;
      out.set(x, row, gray(static_cast<std::uint8_t>(std::lround(255.0 * level))));
    }
  }
  return out;
}

Canvas diverging_picture(image::ImageView<const float> image, double range, Colour missing) {
  Canvas out(image.width(), image.height());
  for (int y = 0; y < image.height(); ++y)
    for (int x = 0; x < image.width(); ++x) {
      const double v = image(x, y);
      out.set(x, image.height() - 1 - y, std::isfinite(v) ? diverging(v / range) : missing);
    }
  return out;
}

void overlay_mask(Canvas& picture, image::ImageView<const image::MaskBits> mask,
                  image::MaskBits bits, Colour colour, double opacity) {
  assert(picture.width() == mask.width() && picture.height() == mask.height());
  for (int y = 0; y < mask.height(); ++y)
    for (int x = 0; x < mask.width(); ++x)
      if ((mask(x, y) & bits) != 0) picture.blend(x, mask.height() - 1 - y, colour, opacity);
}

image::Image<float> block_mean(image::ImageView<const float> image, int factor) {
  assert(factor >= 1);
  const int width = (image.width() + factor - 1) / factor;
  const int height = (image.height() + factor - 1) / factor;
  image::Image<float> out(width, height);
  std::vector<double> sum(static_cast<std::size_t>(width));
  std::vector<int> count(static_cast<std::size_t>(width));
  for (int by = 0; by < height; ++by) {
    std::fill(sum.begin(), sum.end(), 0.0);
    std::fill(count.begin(), count.end(), 0);
    for (int y = by * factor; y < std::min((by + 1) * factor, image.height()); ++y) {
      const float* row = image.row(y);
      for (int x = 0; x < image.width(); ++x) {
        if (!std::isfinite(row[x])) continue;
        sum[static_cast<std::size_t>(x / factor)] += row[x];
        ++count[static_cast<std::size_t>(x / factor)];
      }
    }
    for (int bx = 0; bx < width; ++bx) {
      const auto i = static_cast<std::size_t>(bx);
      out(bx, by) = count[i] > 0 ? static_cast<float>(sum[i] / count[i])
                                 : std::numeric_limits<float>::quiet_NaN();
    }
  }
  return out;
}

image::Image<image::MaskBits> block_any(image::ImageView<const image::MaskBits> mask, int factor) {
  assert(factor >= 1);
  image::Image<image::MaskBits> out((mask.width() + factor - 1) / factor,
                                    (mask.height() + factor - 1) / factor);
  for (int y = 0; y < mask.height(); ++y)
    for (int x = 0; x < mask.width(); ++x) out(x / factor, y / factor) |= mask(x, y);
  return out;
}

}  // namespace skywright::draw
