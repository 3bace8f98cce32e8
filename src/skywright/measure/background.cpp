#include "skywright/measure/background.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "skywright/base/error.h"
#include "skywright/math/statistics.h"

namespace skywright::measure {
namespace {

constexpr float kNoValue = std::numeric_limits<float>::quiet_NaN();
constexpr double kBinsPerSigma = 50.0;
constexpr double kHistogramReach = 8.0;  // [sigma] each way of the first guess
constexpr int kClipIterations = 30;

struct Level {
  float level = kNoValue;
  float sigma = kNoValue;
};

// Standard deviation of a unit normal cut at +-k.
double clipped_normal_sigma(double k) {
  const double phi = std::exp(-0.5 * k * k) / std::sqrt(2.0 * 3.14159265358979323846);
  return std::sqrt(1.0 - 2.0 * k * phi / std::erf(k / std::sqrt(2.0)));
}

class Histogram {
 public:
  // Bins of about sigma / 50; whole numbers (as raw frames are) get bins around them, so that the
  // median of a coarse scale is interpolated and not quantised.
  Histogram(double middle, double sigma, bool whole_numbers) {
    width_ = sigma / kBinsPerSigma;
    if (whole_numbers) width_ = std::max(1.0, std::round(width_));
    const double reach = kHistogramReach * sigma;
    low_ = middle - reach;
    if (whole_numbers) low_ = std::floor(low_) - 0.5;
    counts_.assign(static_cast<std::size_t>(2.0 * reach / width_) + 3, 0);
  }

  void add(std::span<const float> values) {
    const auto low = static_cast<float>(low_);
    const auto scale = static_cast<float>(1.0 / width_);
    const auto last = static_cast<float>(counts_.size() - 1);
    for (const float v : values) {
      const float bin = (v - low) * scale;
      if (bin >= 0.0F && bin < last) ++counts_[static_cast<std::size_t>(bin)];
    }
  }

  // Clip at k sigma about the median until nothing changes. Then the mode after Bertin & Arnouts
  // (1996), eq. in sect. 4: 2.5 median - 1.5 mean, or the median where the cell is crowded. Where
  // sources were left out, the median too: what skews the rest is photon noise, of which the mode
  // lies 5 / 12 of an electron below the mean, the median 1 / 6.
  [[nodiscard]] Level clipped(double k, bool sources_left_out) const {
    std::size_t begin = 0;
    std::size_t end = counts_.size();
    for (int iteration = 0; iteration < kClipIterations; ++iteration) {
      double n = 0.0;
      double sum = 0.0;
      double sum2 = 0.0;
      for (std::size_t i = begin; i < end; ++i) {
        const auto c = static_cast<double>(counts_[i]);
        const auto x = static_cast<double>(i) + 0.5;
        n += c;
        sum += c * x;
        sum2 += c * x * x;
      }
      if (n < 2.0) return {};
      const double mean = sum / n;
      const double sigma = std::sqrt(std::max(0.0, sum2 / n - mean * mean));
      const double median = median_of(begin, end, n);
      const auto low = static_cast<std::size_t>(std::max(0.0, median - k * sigma));
      const auto high = static_cast<std::size_t>(
          std::clamp(std::ceil(median + k * sigma), 1.0, static_cast<double>(counts_.size())));
      if ((low == begin && high == end) || iteration + 1 == kClipIterations || sigma < 0.5) {
        const bool crowded = std::abs(mean - median) > 0.3 * sigma;
        const double mode = crowded || sources_left_out ? median : 2.5 * median - 1.5 * mean;
        return {static_cast<float>(low_ + mode * width_),
                static_cast<float>(sigma * width_ / clipped_normal_sigma(k))};
      }
      begin = low;
      end = high;
    }
    return {};
  }

 private:
  [[nodiscard]] double median_of(std::size_t begin, std::size_t end, double n) const {
    double below = 0.0;
    for (std::size_t i = begin; i < end; ++i) {
      const auto c = static_cast<double>(counts_[i]);
      if (below + c >= 0.5 * n) return static_cast<double>(i) + (0.5 * n - below) / c;
      below += c;
    }
    return static_cast<double>(end);
  }

  double low_ = 0.0;
  double width_ = 1.0;
  std::vector<std::uint32_t> counts_;
};

Level level_of(std::span<const float> values, double clip, bool sources_left_out) {
  // A first guess of middle and scale from about a thousand of the values.
  std::vector<float> sample;
  const std::size_t stride = std::max<std::size_t>(1, values.size() / 1000);
  bool whole = true;
  for (std::size_t i = 0; i < values.size(); i += stride) {
    sample.push_back(values[i]);
    whole = whole && values[i] == std::floor(values[i]);
  }
  const double middle = math::median(std::span<const float>(sample));
  double sigma = math::mad_sigma(std::span<const float>(sample));
  if (whole) sigma = std::max(sigma, 0.5);
  if (!(sigma > 0.0)) {
    sigma = math::clipped_statistics(std::span<const float>(sample)).sigma;
    if (!(sigma > 0.0)) return {static_cast<float>(middle), 0.0F};
  }
  Histogram histogram(middle, sigma, whole);
  histogram.add(values);
  return histogram.clipped(clip, sources_left_out);
}

std::vector<float> usable_values(image::ImageView<const float> pixels,
                                 image::ImageView<const image::MaskBits> mask,
                                 image::MaskBits ignore, CellRange xs, CellRange ys) {
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(xs.end - xs.begin) *
                 static_cast<std::size_t>(ys.end - ys.begin));
  for (int y = ys.begin; y < ys.end; ++y) {
    const float* row = pixels.row(y);
    const image::MaskBits* bits = mask.empty() ? nullptr : mask.row(y);
    for (int x = xs.begin; x < xs.end; ++x)
      if ((bits == nullptr || (bits[x] & ignore) == 0) && std::isfinite(row[x]))
        values.push_back(row[x]);
  }
  return values;
}

// Median over a square of cells, those without a value left out; cells without any take the
// nearest ones, ring by ring.
image::Image<float> filled_and_filtered(const image::Image<float>& nodes, int side) {
  image::Image<float> filled = nodes;
  const int reach = std::max(nodes.width(), nodes.height());
  const auto around = [&](const image::Image<float>& from, int x, int y, int half) {
    std::vector<float> near;
    for (int j = std::max(0, y - half); j <= std::min(from.height() - 1, y + half); ++j)
      for (int i = std::max(0, x - half); i <= std::min(from.width() - 1, x + half); ++i)
        if (std::isfinite(from(i, j))) near.push_back(from(i, j));
    return near;
  };
  for (int y = 0; y < nodes.height(); ++y)
    for (int x = 0; x < nodes.width(); ++x)
      for (int half = 1; half <= reach && !std::isfinite(filled(x, y)); ++half) {
        const std::vector<float> near = around(nodes, x, y, half);
        if (!near.empty())
          filled(x, y) = static_cast<float>(math::median(std::span<const float>(near)));
      }
  image::Image<float> out = filled;
  for (int y = 0; y < nodes.height(); ++y)
    for (int x = 0; x < nodes.width(); ++x) {
      const std::vector<float> near = around(filled, x, y, side / 2);
      out(x, y) = static_cast<float>(math::median(std::span<const float>(near)));
    }
  return out;
}

}  // namespace

void describe(Fields& fields, BackgroundConfig& config) {
  fields.whole("mesh", config.mesh, "side of a cell [pixel]", {.low = 8});
  fields.whole("filter", config.filter, "side of the median filter over cells, odd [cells]",
               {.low = 1, .high = 15});
  fields.number("clip", config.clip, "clipping about the median [sigma]", {.low = 1.5, .high = 10});
  fields.flag("mask_sources", config.mask_sources,
              "estimate once more with the pixels of found sources left out");
}

image::Image<float> Background::image(const Execution& execution) const {
  auto out = image::Image<float>::uninitialised(level.width(), level.height());
  const auto view = out.view();
  const auto rows = static_cast<std::size_t>(level.height());
  execution.for_chunks(rows, 128, [&](std::size_t begin, std::size_t end) {
    for (int y = static_cast<int>(begin); y < static_cast<int>(end); ++y)
      level.row(y, {view.row(y), static_cast<std::size_t>(level.width())});
  });
  return out;
}

Background estimate_background(image::ImageView<const float> pixels,
                               image::ImageView<const image::MaskBits> mask, image::MaskBits ignore,
                               const BackgroundConfig& config, const Execution& execution) {
  const int nx = cell_count(pixels.width(), config.mesh);
  const int ny = cell_count(pixels.height(), config.mesh);
  const bool sources_left_out = !mask.empty() && (ignore & bit(image::MaskPlane::detected)) != 0;
  image::Image<float> levels(nx, ny, kNoValue);
  image::Image<float> sigmas(nx, ny, kNoValue);
  const auto level_view = levels.view();
  const auto sigma_view = sigmas.view();
  execution.for_each(static_cast<std::size_t>(ny), [&](std::size_t row) {
    const int j = static_cast<int>(row);
    const CellRange ys = cell_range(pixels.height(), ny, j);
    for (int i = 0; i < nx; ++i) {
      const CellRange xs = cell_range(pixels.width(), nx, i);
      const std::vector<float> values = usable_values(pixels, mask, ignore, xs, ys);
      const auto cell = static_cast<std::size_t>((xs.end - xs.begin) * (ys.end - ys.begin));
      if (values.size() < 8 || values.size() * 10 < cell) continue;
      const Level level = level_of(values, config.clip, sources_left_out);
      level_view(i, j) = level.level;
      sigma_view(i, j) = level.sigma;
    }
  });
  Background out;
  for (const float v : levels.pixels()) out.empty_cells += std::isfinite(v) ? 0 : 1;
  if (out.empty_cells == nx * ny)
    throw InputError("no background can be measured",
                     "no part of the image has enough pixels that are finite and not masked",
                     "give an image with valid pixels, or another mask");
  out.level =
      SplineMesh(pixels.width(), pixels.height(), filled_and_filtered(levels, config.filter));
  out.rms = SplineMesh(pixels.width(), pixels.height(), filled_and_filtered(sigmas, config.filter));
  out.global_level = out.level.median();
  out.global_rms = out.rms.median();
  return out;
}

SplineMesh median_mesh(image::ImageView<const float> values,
                       image::ImageView<const image::MaskBits> mask, image::MaskBits ignore,
                       int cell, const Execution& execution) {
  const int nx = cell_count(values.width(), cell);
  const int ny = cell_count(values.height(), cell);
  image::Image<float> nodes(nx, ny, kNoValue);
  const auto view = nodes.view();
  execution.for_each(static_cast<std::size_t>(ny), [&](std::size_t row) {
    const int j = static_cast<int>(row);
    const CellRange ys = cell_range(values.height(), ny, j);
    std::vector<float> sample;
    for (int i = 0; i < nx; ++i) {
      const CellRange xs = cell_range(values.width(), nx, i);
      sample.clear();
      // A variance plane is smooth: every third pixel of every third row tells its median.
      for (int y = ys.begin; y < ys.end; y += 3)
        for (int x = xs.begin + y % 3; x < xs.end; x += 3) {
          const bool ignored = !mask.empty() && (mask(x, y) & ignore) != 0;
          if (!ignored && std::isfinite(values(x, y))) sample.push_back(values(x, y));
        }
      if (sample.size() < 8) continue;
      const auto middle = sample.begin() + static_cast<std::ptrdiff_t>(sample.size() / 2);
      std::nth_element(sample.begin(), middle, sample.end());
      view(i, j) = *middle;
    }
  });
  bool any = false;
  for (const float v : nodes.pixels()) any = any || std::isfinite(v);
  if (!any)
    throw InputError("no variance can be measured", "no pixel is finite and not masked",
                     "give a variance plane with valid pixels");
  return {values.width(), values.height(), filled_and_filtered(nodes, 1)};
}

}  // namespace skywright::measure
