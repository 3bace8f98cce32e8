#include "skywright/image/noise_correlation.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "skywright/base/error.h"
#include "skywright/math/statistics.h"

namespace skywright::image {
namespace {

/// 1 where a pixel may enter the measurement.
Image<std::uint8_t> usable_pixels(const MaskedImageView& image, bool weigh, MaskBits ignore) {
  Image<std::uint8_t> ok(image.width(), image.height());
  for (int y = 0; y < image.height(); ++y) {
    const float* p = image.pixels.row(y);
    const float* v = image.variance.row(y);
    const MaskBits* m = image.mask.row(y);
    std::uint8_t* o = ok.row(y);
    for (int x = 0; x < image.width(); ++x)
      o[x] = std::isfinite(p[x]) && (!weigh || v[x] > 0.0F) && (m[x] & ignore) == 0 ? 1 : 0;
  }
  return ok;
}

/// The median of each cell's usable pixels, bilinear between cell centres, taken off in place.
void subtract_cell_medians(Image<float>& z, const Image<std::uint8_t>& ok, int cell) {
  const int nx = std::max(1, z.width() / cell);
  const int ny = std::max(1, z.height() / cell);
  Image<float> level(nx, ny);
  std::vector<float> values;
  for (int j = 0; j < ny; ++j) {
    for (int i = 0; i < nx; ++i) {
      values.clear();
      for (int y = j * z.height() / ny; y < (j + 1) * z.height() / ny; ++y)
        for (int x = i * z.width() / nx; x < (i + 1) * z.width() / nx; ++x)
          if (ok(x, y) != 0) values.push_back(z(x, y));
      level(i, j) = values.empty() ? 0.0F : static_cast<float>(math::median(values));
    }
  }
  for (int y = 0; y < z.height(); ++y) {
    const double fy = std::clamp((y + 0.5) * ny / z.height() - 0.5, 0.0, ny - 1.0);
    const int j = std::min(static_cast<int>(fy), std::max(0, ny - 2));
    const double wy = fy - j;
    for (int x = 0; x < z.width(); ++x) {
      const double fx = std::clamp((x + 0.5) * nx / z.width() - 0.5, 0.0, nx - 1.0);
      const int i = std::min(static_cast<int>(fx), std::max(0, nx - 2));
      const double wx = fx - i;
      const int i1 = std::min(i + 1, nx - 1);
      const int j1 = std::min(j + 1, ny - 1);
      z(x, y) -= static_cast<float>((1 - wy) * ((1 - wx) * level(i, j) + wx * level(i1, j)) +
                                    wy * ((1 - wx) * level(i, j1) + wx * level(i1, j1)));
    }
  }
}

/// Leave out pixels within `margin` of one whose 3 x 3 mean or own value stands off the noise.
void leave_out_sources(const Image<float>& z, Image<std::uint8_t>& ok, double clip, int margin) {
  std::vector<float> values;
  for (int y = 0; y < z.height(); ++y)
    for (int x = 0; x < z.width(); ++x)
      if (ok(x, y) != 0) values.push_back(z(x, y));
  const double middle = math::median(values);
  const double sigma = math::mad_sigma(values);
  Image<float> mean(z.width(), z.height());
  values.clear();
  for (int y = 1; y + 1 < z.height(); ++y) {
    for (int x = 1; x + 1 < z.width(); ++x) {
      double sum = 0.0;
      for (int j = -1; j <= 1; ++j)
        for (int i = -1; i <= 1; ++i) sum += ok(x + i, y + j) != 0 ? z(x + i, y + j) : middle;
      mean(x, y) = static_cast<float>(sum / 9.0 - middle);
      if (ok(x, y) != 0) values.push_back(mean(x, y));
    }
  }
  const double mean_sigma = math::mad_sigma(values);
  Image<std::uint8_t> hit(z.width(), z.height());
  for (int y = 0; y < z.height(); ++y) {
    for (int x = 0; x < z.width(); ++x) {
      const bool off = ok(x, y) != 0 && (std::abs(z(x, y) - middle) > clip * sigma ||
                                         std::abs(mean(x, y)) > clip * mean_sigma);
      if (!off) continue;
      const int x1 = std::min(z.width(), x + margin + 1);
      for (int j = std::max(0, y - margin); j < std::min(z.height(), y + margin + 1); ++j)
        std::fill(hit.row(j) + std::max(0, x - margin), hit.row(j) + x1, std::uint8_t{1});
    }
  }
  for (std::size_t i = 0; i < ok.size(); ++i)
    if (hit.pixels()[i] != 0) ok.pixels()[i] = 0;
}

/// Pixels over the root of their variance, level off, and which of them show nothing but noise.
struct Quiet {
  Image<float> z;
  Image<std::uint8_t> ok;
};

bool states_variance(const MaskedImageView& image) {
  for (int y = 0; y < image.height(); ++y)
    if (std::any_of(image.variance.row(y), image.variance.row(y) + image.width(),
                    [](float v) { return v > 0.0F; }))
      return true;
  return false;
}

Quiet quiet_pixels(const MaskedImageView& image, const NoiseMeasurementConfig& config,
                   MaskBits ignore) {
  const bool weigh = states_variance(image);
  Quiet out{Image<float>(image.width(), image.height()),
            usable_pixels(image, weigh, ignore | kUnusable)};
  for (int y = 0; y < image.height(); ++y)
    for (int x = 0; x < image.width(); ++x)
      if (out.ok(x, y) != 0)
        out.z(x, y) =
            weigh ? image.pixels(x, y) / std::sqrt(image.variance(x, y)) : image.pixels(x, y);
  // Sources out by the first level; then the level again without them.
  if (config.background_box > 0) subtract_cell_medians(out.z, out.ok, config.background_box);
  leave_out_sources(out.z, out.ok, config.clip, config.source_margin);
  if (config.background_box > 0) subtract_cell_medians(out.z, out.ok, config.background_box);
  return out;
}

double mean_of(const Image<float>& z, const Image<std::uint8_t>& ok, std::size_t& count) {
  double sum = 0.0;
  count = 0;
  for (std::size_t i = 0; i < z.size(); ++i) {
    if (ok.pixels()[i] == 0) continue;
    sum += static_cast<double>(z.pixels()[i]);
    ++count;
  }
  if (count < 1000)
    throw InputError("noise cannot be measured", std::to_string(count) + " source-free pixels",
                     "give a larger image or the noise's variance and correlation");
  return sum / static_cast<double>(count);
}

/// Mean product of a at a pixel and b at a lag from it, means taken off; symmetric in the lag.
std::vector<double> covariances(const Image<float>& a, const Image<float>& b,
                                const Image<std::uint8_t>& ok, int half) {
  std::size_t count = 0;
  const double mean_a = mean_of(a, ok, count);
  const double mean_b = mean_of(b, ok, count);
  const int side = 2 * half + 1;
  std::vector<double> out(static_cast<std::size_t>(side * side), 0.0);
  for (int dy = 0; dy <= half; ++dy) {
    for (int dx = dy == 0 ? 0 : -half; dx <= half; ++dx) {
      double sum = 0.0;
      std::size_t pairs = 0;
      for (int y = 0; y + dy < a.height(); ++y) {
        for (int x = std::max(0, -dx); x + std::max(0, dx) < a.width(); ++x) {
          if (ok(x, y) == 0 || ok(x + dx, y + dy) == 0) continue;
          const double a0 = static_cast<double>(a(x, y)) - mean_a;
          const double a1 = static_cast<double>(a(x + dx, y + dy)) - mean_a;
          const double b0 = static_cast<double>(b(x, y)) - mean_b;
          const double b1 = static_cast<double>(b(x + dx, y + dy)) - mean_b;
          sum += 0.5 * (a0 * b1 + a1 * b0);
          ++pairs;
        }
      }
      const double value = pairs > 0 ? sum / static_cast<double>(pairs) : 0.0;
      out[static_cast<std::size_t>((half + dy) * side + half + dx)] = value;
      out[static_cast<std::size_t>((half - dy) * side + half - dx)] = value;
    }
  }
  return out;
}

NoiseCorrelation correlation_of(const std::vector<double>& covariance, int half,
                                std::size_t pixels) {
  const int side = 2 * half + 1;
  NoiseCorrelation out{.lags = Image<float>(side, side), .pixels_used = pixels};
  out.variance_scale = covariance[static_cast<std::size_t>(half * side + half)];
  for (std::size_t i = 0; i < covariance.size(); ++i)
    out.lags.pixels()[i] = static_cast<float>(covariance[i] / out.variance_scale);
  return out;
}

/// Flux of `a` per flux of `b`, from pixels where both stand well above the noise; 0 for none.
double flux_ratio(const MaskedImageView& a, const MaskedImageView& b) {
  double sum_a = 0.0;
  double sum_b = 0.0;
  const auto bright = [](const MaskedImageView& im, int x, int y) {
    const float p = im.pixels(x, y);
    return (im.mask(x, y) & kUnusable) == 0 && p > 0.0F && p * p > 100.0F * im.variance(x, y);
  };
  for (int y = 0; y < a.height(); ++y) {
    for (int x = 0; x < a.width(); ++x) {
      if (!bright(a, x, y) || !bright(b, x, y)) continue;
      sum_a += static_cast<double>(a.pixels(x, y));
      sum_b += static_cast<double>(b.pixels(x, y));
    }
  }
  return sum_b > 0.0 ? sum_a / sum_b : 0.0;
}

/// Root mean variance, so that a ratio of fluxes becomes one of pixels over their noise.
double typical_noise(const MaskedImageView& image, const Image<std::uint8_t>& ok) {
  double sum = 0.0;
  double count = 0.0;
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) {
      if (ok(x, y) == 0) continue;
      sum += static_cast<double>(image.variance(x, y));
      count += 1.0;
    }
  }
  return count > 0.0 && sum > 0.0 ? std::sqrt(sum / count) : 1.0;
}

}  // namespace

double NoiseCorrelation::at(int dx, int dy) const {
  if (lags.empty()) return dx == 0 && dy == 0 ? 1.0 : 0.0;
  const int x = dx + half();
  const int y = dy + half();
  return lags.box().contains(x, y) ? static_cast<double>(lags(x, y)) : 0.0;
}

NoiseCorrelation measure_noise_correlation(const MaskedImageView& image,
                                           const NoiseMeasurementConfig& config, MaskBits ignore) {
  const Quiet quiet = quiet_pixels(image, config, ignore);
  std::size_t count = 0;
  (void)mean_of(quiet.z, quiet.ok, count);
  return correlation_of(covariances(quiet.z, quiet.z, quiet.ok, config.half), config.half, count);
}

NoiseCorrelation measure_noise_correlation(const MaskedImageView& image,
                                           const MaskedImageView& twin,
                                           const NoiseMeasurementConfig& config, MaskBits ignore) {
  Quiet quiet = quiet_pixels(image, config, ignore);
  const Quiet other = quiet_pixels(twin, config, ignore);
  for (std::size_t i = 0; i < quiet.ok.size(); ++i) quiet.ok.pixels()[i] &= other.ok.pixels()[i];
  std::size_t count = 0;
  (void)mean_of(quiet.z, quiet.ok, count);
  std::vector<double> own = covariances(quiet.z, quiet.z, quiet.ok, config.half);
  // Independent exposures leave more: on real ones faint sources are half the variance at most.
  // What is left has an error of own * sqrt(2 / count), 5 % for the fewest pixels.
  constexpr double kLeastLeft = 0.1;
  const double ratio = flux_ratio(image, twin);
  double share = 0.0;
  if (ratio > 0.0) {
    const double scale = ratio * typical_noise(twin, quiet.ok) / typical_noise(image, quiet.ok);
    const std::vector<double> shared = covariances(quiet.z, other.z, quiet.ok, config.half);
    const std::size_t middle = own.size() / 2;
    share = scale * shared[middle] / own[middle];
    if (share <= 1.0 - kLeastLeft)
      for (std::size_t i = 0; i < own.size(); ++i) own[i] -= scale * shared[i];
  }
  NoiseCorrelation out = correlation_of(own, config.half, count);
  out.shared_with_twin = share;
  return out;
}

NoiseCorrelation convolved_noise_correlation(const NoiseCorrelation& in,
                                             ImageView<const float> kernel, int half) {
  const int side = 2 * half + 1;
  const int span = kernel.width() - 1;
  // The kernel's own autocorrelation, then its sum against the input's correlation.
  const int reach = half + in.half();
  const auto own = [&](int dx, int dy) {
    double sum = 0.0;
    for (int y = std::max(0, -dy); y < kernel.height() && y + dy < kernel.height(); ++y)
      for (int x = std::max(0, -dx); x < kernel.width() && x + dx < kernel.width(); ++x)
        sum += static_cast<double>(kernel(x, y)) * static_cast<double>(kernel(x + dx, y + dy));
    return sum;
  };
  const int wide = 2 * reach + 1;
  std::vector<double> self(static_cast<std::size_t>(wide * wide), 0.0);
  for (int dy = -std::min(reach, span); dy <= std::min(reach, span); ++dy)
    for (int dx = -std::min(reach, span); dx <= std::min(reach, span); ++dx)
      self[static_cast<std::size_t>((dy + reach) * wide + dx + reach)] = own(dx, dy);
  NoiseCorrelation out{.lags = Image<float>(side, side), .pixels_used = in.pixels_used};
  const auto covariance = [&](int dx, int dy) {
    double sum = 0.0;
    for (int j = -in.half(); j <= in.half(); ++j)
      for (int i = -in.half(); i <= in.half(); ++i)
        sum +=
            in.at(i, j) * self[static_cast<std::size_t>((dy - j + reach) * wide + dx - i + reach)];
    return sum;
  };
  const double variance = covariance(0, 0);
  out.variance_scale = in.variance_scale * variance;
  for (int dy = -half; dy <= half; ++dy)
    for (int dx = -half; dx <= half; ++dx)
      out.lags(dx + half, dy + half) = static_cast<float>(covariance(dx, dy) / variance);
  return out;
}

}  // namespace skywright::image
