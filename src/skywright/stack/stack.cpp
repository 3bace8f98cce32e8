#include "skywright/stack/stack.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "skywright/base/error.h"
#include "skywright/math/statistics.h"

namespace skywright::stack {
namespace {

using image::Box;
using image::Image;
using image::MaskBits;
using image::MaskedImage;
using image::MaskedImageView;
using image::MaskPlane;
using image::NoiseCorrelation;

/// Median variance of an input's usable pixels, every fifth one looked at, in the coadd's unit.
double typical_variance(const StackInput& input) {
  std::vector<float> values;
  for (int y = 0; y < input.image.height(); y += 5)
    for (int x = 0; x < input.image.width(); x += 5)
      if ((input.image.mask(x, y) & image::kUnusable) == 0 && input.image.variance(x, y) > 0.0F)
        values.push_back(input.image.variance(x, y));
  if (values.empty()) return 0.0;
  return math::median(values) * input.flux_scale * input.flux_scale;
}

/// The part of an input that a band of the grid needs, with room for the kernel; empty if none.
Box part_needed(const StackInput& input, const StackGrid& grid, int y0, int rows) {
  double left = std::numeric_limits<double>::infinity();
  double right = -left;
  double bottom = left;
  double top = -left;
  constexpr int kSteps = 16;
  for (int j = 0; j <= 2; ++j) {
    for (int i = 0; i <= kSteps; ++i) {
      const wcs::PixelPosition at{(grid.width - 1.0) * i / kSteps, y0 + 0.5 * j * (rows - 1)};
      const wcs::PixelPosition p = input.wcs.pixel_at(grid.wcs.sky_at(at));
      if (!std::isfinite(p.x) || !std::isfinite(p.y)) continue;
      left = std::min(left, p.x);
      right = std::max(right, p.x);
      bottom = std::min(bottom, p.y);
      top = std::max(top, p.y);
    }
  }
  if (!(left <= right)) return {};
  // 16 pixels for the kernel and for what bends between the places looked at.
  constexpr double kRoom = 16.0;
  const auto clamped = [](double v, int size) {
    return static_cast<int>(std::clamp(v, -1e6, static_cast<double>(size) + 1e6));
  };
  const int x0 = clamped(left - kRoom, input.image.width());
  const int b0 = clamped(bottom - kRoom, input.image.height());
  const Box box{x0, b0, clamped(right + kRoom, input.image.width()) - x0,
                clamped(top + kRoom, input.image.height()) - b0};
  return box.intersection(input.image.box());
}

/// The inputs of one band on the coadd's grid and in its unit; those that miss it are empty.
std::vector<MaskedImage> warped_band(const std::vector<StackInput>& inputs, const StackGrid& grid,
                                     int y0, int rows, const warp::WarpConfig& config,
                                     const Execution& execution) {
  std::vector<MaskedImage> out(inputs.size());
  const wcs::Wcs band = grid.wcs.shifted(0, y0);
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    const Box part = part_needed(inputs[k], grid, y0, rows);
    if (part.empty()) continue;
    MaskedImage image =
        warp::warp(inputs[k].image.part(part), inputs[k].wcs.shifted(part.x0, part.y0), band,
                   grid.width, rows, config, execution)
            .image;
    const auto scale = static_cast<float>(inputs[k].flux_scale);
    for (float& v : image.pixels.pixels()) v *= scale;
    for (float& v : image.variance.pixels()) v *= scale * scale;
    out[k] = std::move(image);
  }
  return out;
}

/// Median of a few values; `values` is reordered.
float median_of(std::vector<float>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return 0.5F * (*middle + *std::max_element(values.begin(), middle));
}

/// Usable, and resampled from a whole kernel: where part of it fell outside, light is missing.
bool counts(const MaskedImage& image, int x, int y) {
  constexpr MaskBits kNotCounted = image::kUnusable | image::bit(MaskPlane::edge);
  return (image.mask(x, y) & kNotCounted) == 0 && image.variance(x, y) > 0.0F;
}

/// The median of the inputs at every pixel of a band.
Image<float> median_band(const std::vector<MaskedImage>& inputs, int width, int rows,
                         const Execution& execution) {
  Image<float> out(width, rows);
  execution.for_each(static_cast<std::size_t>(rows), [&](std::size_t row) {
    const int y = static_cast<int>(row);
    std::vector<float> values;
    for (int x = 0; x < width; ++x) {
      values.clear();
      for (const MaskedImage& in : inputs)
        if (in.width() != 0 && counts(in, x, y)) values.push_back(in.pixels(x, y));
      if (!values.empty()) out(x, y) = median_of(values);
    }
  });
  return out;
}

/// Largest step from a pixel to one of its eight neighbours.
float steepest(const Image<float>& image, int x, int y) {
  float largest = 0.0F;
  for (int j = std::max(0, y - 1); j <= std::min(image.height() - 1, y + 1); ++j)
    for (int i = std::max(0, x - 1); i <= std::min(image.width() - 1, x + 1); ++i)
      largest = std::max(largest, std::abs(image(i, j) - image(x, y)));
  return largest;
}

/// Sums of a weighted mean.
struct Mean {
  double sum = 0.0;
  double variance = 0.0;
  double weight = 0.0;

  void add(double w, float pixel, float pixel_variance) {
    sum += w * static_cast<double>(pixel);
    variance += w * w * static_cast<double>(pixel_variance);
    weight += w;
  }
  void add(const Mean& other) {
    sum += other.sum;
    variance += other.variance;
    weight += other.weight;
  }
  /// Above 5 sigma.
  [[nodiscard]] bool significant() const { return sum > 0.0 && sum * sum > 25.0 * variance; }
};

/// Share of the weight that may be saturated where a source stands, as in the coadds of LSST
/// (maskPropagationThresholds of the pipelines).
constexpr double kSaturatedShare = 0.1;

/// Average one row of a band into the coadd.
struct Averager {
  const std::vector<MaskedImage>& inputs;
  const std::vector<double>& weights;
  const Image<float>& median;
  const StackConfig& config;
  Stack& out;

  /// @return input pixels rejected
  std::size_t row(int y, int y_out) const {
    std::size_t clipped = 0;
    const bool clip = config.clip_sigma > 0.0;
    for (int x = 0; x < median.width(); ++x) {
      int present = 0;
      for (const MaskedImage& in : inputs) present += in.width() != 0 && counts(in, x, y) ? 1 : 0;
      // Of two that differ, nothing tells which is wrong.
      const bool clip_here = clip && present >= 3;
      const float tolerance =
          clip_here ? static_cast<float>(config.clip_slope) * steepest(median, x, y) +
                          static_cast<float>(config.clip_level) * std::max(0.0F, median(x, y))
                    : 0.0F;
      Mean mean;
      Mean saturated;
      MaskBits all = 0;
      std::uint16_t used = 0;
      bool rejected = false;
      for (std::size_t k = 0; k < inputs.size(); ++k) {
        const MaskedImage& in = inputs[k];
        if (in.width() == 0) continue;
        const MaskBits bits = in.mask(x, y);
        all |= bits & image::kUnusable & ~image::bit(MaskPlane::no_data);
        const float p = in.pixels(x, y);
        const float v = in.variance(x, y);
        if ((bits & image::bit(MaskPlane::saturated)) != 0 && v > 0.0F)
          saturated.add(weights[k], p, v);
        if (!counts(in, x, y)) continue;
        if (clip_here && std::abs(p - median(x, y)) >
                             static_cast<float>(config.clip_sigma) * std::sqrt(v) + tolerance) {
          rejected = true;
          ++clipped;
          continue;
        }
        mean.add(weights[k], p, v);
        ++used;
        out.image.mask(x, y_out) |= bits;
      }
      out.count(x, y_out) = used;
      MaskBits& bits = out.image.mask(x, y_out);
      if (rejected) bits |= image::bit(MaskPlane::clipped);
      if (used < present || present < static_cast<int>(inputs.size()))
        bits |= image::bit(MaskPlane::inexact_psf);
      // What is left of a star that is saturated in some inputs is the light of those with the
      // worst seeing: no PSF of ours describes it, and all together at least join their
      // surroundings.
      const bool on_star = saturated.weight > kSaturatedShare * (saturated.weight + mean.weight) &&
                           mean.significant();
      if (on_star) bits |= image::bit(MaskPlane::saturated);
      if (used == 0) bits |= all;
      if (on_star || used == 0) mean.add(saturated);
      if (mean.weight <= 0.0) {
        bits |= image::bit(MaskPlane::no_data);
        continue;
      }
      out.image.pixels(x, y_out) = static_cast<float>(mean.sum / mean.weight);
      out.image.variance(x, y_out) =
          static_cast<float>(mean.variance / (mean.weight * mean.weight));
    }
    return clipped;
  }
};

/// d(input)/d(coadd) [pixel/pixel] where the middle of the input falls.
std::array<double, 4> mapping(const StackInput& input, const StackGrid& grid) {
  const wcs::SkyPosition sky =
      input.wcs.sky_at({0.5 * input.image.width(), 0.5 * input.image.height()});
  const wcs::PixelPosition c = grid.wcs.pixel_at(sky);
  const auto at = [&](double dx, double dy) {
    return input.wcs.pixel_at(grid.wcs.sky_at({c.x + dx, c.y + dy}));
  };
  const wcs::PixelPosition o = at(0.0, 0.0);
  const wcs::PixelPosition e = at(1.0, 0.0);
  const wcs::PixelPosition n = at(0.0, 1.0);
  if (!std::isfinite(o.x) || !std::isfinite(e.x) || !std::isfinite(n.x))
    return {1.0, 0.0, 0.0, 1.0};
  return {e.x - o.x, n.x - o.x, e.y - o.y, n.y - o.y};
}

/// Correlation of the coadd's noise: that of each warped input, weighted by its share of variance.
NoiseCorrelation mean_noise(const std::vector<StackInput>& inputs,
                            const std::vector<double>& weights,
                            const std::vector<double>& variances, const StackGrid& grid,
                            const StackConfig& config) {
  NoiseCorrelation out;
  double total = 0.0;
  double scale = 0.0;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    if (weights[k] <= 0.0) continue;
    const NoiseCorrelation one =
        warp::warped_noise(inputs[k].noise, config.warp, mapping(inputs[k], grid));
    if (out.lags.empty()) out.lags = Image<float>(one.lags.width(), one.lags.height());
    const double share = weights[k] * weights[k] * variances[k] * one.variance_scale;
    for (std::size_t i = 0; i < out.lags.size(); ++i)
      out.lags.data()[i] += static_cast<float>(share) * one.lags.data()[i];
    total += share;
    scale += weights[k] * weights[k] * variances[k];
  }
  for (float& v : out.lags.pixels()) v /= static_cast<float>(total);
  out.variance_scale = total / scale;
  return out;
}

}  // namespace

void describe(Fields& f, StackConfig& c) {
  describe_nested(f, "warp", c.warp, "how inputs are resampled");
  f.number("clip_sigma", c.clip_sigma, "inputs this far from the median are left out, 0 for none",
           {.low = 0});
  f.number("clip_slope", c.clip_slope,
           "tolerance on top [largest step of the median to a neighbour]", {.low = 0});
  f.number("clip_level", c.clip_level, "tolerance on top [part of the median]", {.low = 0});
  f.whole("band_rows", c.band_rows, "rows worked on at once [pixel]", {.low = 16, .high = 8192});
}

Stack stack(const std::vector<StackInput>& inputs, const StackGrid& grid, const StackConfig& config,
            const Execution& execution) {
  check_fields(config);
  if (inputs.empty())
    throw InputError("nothing to stack", "no input image", "name at least one image");
  if (grid.width <= 0 || grid.height <= 0)
    throw ConfigError("grid", "width and height must be > 0", "name a size");
  Stack out;
  out.image = MaskedImage(grid.width, grid.height);
  out.count = Image<std::uint16_t>(grid.width, grid.height);
  std::vector<double> variances;
  double total = 0.0;
  for (const StackInput& input : inputs) {
    variances.push_back(typical_variance(input));
    out.weights.push_back(variances.back() > 0.0 ? 1.0 / variances.back() : 0.0);
    total += out.weights.back();
  }
  if (!(total > 0.0))
    throw InputError("nothing to stack", "no input has a usable pixel",
                     "check masks and variances");
  for (double& w : out.weights) w /= total;

  const int bands = (grid.height + config.band_rows - 1) / config.band_rows;
  bool any = false;
  for (int b = 0; b < bands; ++b) {
    execution.check_stop();
    const int y0 = b * config.band_rows;
    const int rows = std::min(config.band_rows, grid.height - y0);
    const std::vector<MaskedImage> warped =
        warped_band(inputs, grid, y0, rows, config.warp, execution);
    any = any || std::any_of(warped.begin(), warped.end(),
                             [](const MaskedImage& m) { return m.width() != 0; });
    const Image<float> median = config.clip_sigma > 0.0 && inputs.size() > 2
                                    ? median_band(warped, grid.width, rows, execution)
                                    : Image<float>(grid.width, rows);
    const Averager averager{warped, out.weights, median, config, out};
    std::vector<std::size_t> clipped(static_cast<std::size_t>(rows), 0);
    execution.for_each(clipped.size(), [&](std::size_t row) {
      clipped[row] = averager.row(static_cast<int>(row), y0 + static_cast<int>(row));
    });
    for (const std::size_t n : clipped) out.clipped += n;
    execution.report("stack", static_cast<std::size_t>(b + 1), static_cast<std::size_t>(bands));
  }
  if (!any)
    throw InputError("the coadd would be empty", "no input meets the grid",
                     "check the grid's place against the images' WCS");
  out.noise = mean_noise(inputs, out.weights, variances, grid, config);
  if (std::all_of(inputs.begin(), inputs.end(),
                  [](const StackInput& i) { return i.psf != nullptr; }))
    out.psf = coadd_psf(inputs, out.weights, grid);
  return out;
}

StackGrid tangent_grid(const wcs::SkyPosition& centre, int width, int height, wcs::Angle scale) {
  const double s = scale.degrees();
  wcs::Linear linear;
  linear.reference_pixel = {0.5 * (width - 1), 0.5 * (height - 1)};
  linear.reference_sky = centre;
  linear.cd = {-s, 0.0, 0.0, s};
  return {wcs::Wcs(linear), width, height};
}

}  // namespace skywright::stack
