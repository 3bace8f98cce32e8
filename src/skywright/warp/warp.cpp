#include "skywright/warp/warp.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

#include "skywright/base/error.h"
#include "skywright/base/vector_clones.h"
#include "skywright/warp/coordinate_grid.h"
#include "skywright/warp/interpolation_kernel.h"

namespace skywright::warp {
namespace {

using image::Box;
using image::Image;
using image::MaskBits;
using image::MaskedImage;
using image::MaskedImageView;
using image::MaskPlane;
using image::NoiseCorrelation;

constexpr int kPad = kTaps;  ///< zeros around the input, so that no inner loop looks for edges

/// Pixels and variance with zeros around them and in place of what is not finite.
struct Padded {
  Image<float> pixels;
  Image<float> variance;
};

Padded padded(const MaskedImageView& in, const Execution& execution) {
  Padded out{Image<float>(in.width() + 2 * kPad, in.height() + 2 * kPad),
             Image<float>(in.width() + 2 * kPad, in.height() + 2 * kPad)};
  execution.for_chunks(static_cast<std::size_t>(in.height()), 64,
                       [&](std::size_t begin, std::size_t end) {
                         for (int y = static_cast<int>(begin); y < static_cast<int>(end); ++y) {
                           const float* p = in.pixels.row(y);
                           const float* v = in.variance.row(y);
                           float* op = out.pixels.row(y + kPad) + kPad;
                           float* ov = out.variance.row(y + kPad) + kPad;
                           for (int x = 0; x < in.width(); ++x) {
                             op[x] = std::abs(p[x]) <= 3.0e38F ? p[x] : 0.0F;
                             ov[x] = std::abs(v[x]) <= 3.0e38F ? v[x] : 0.0F;
                           }
                         }
                       });
  return out;
}

/// Bits of a pixel that nothing was put in the place of.
MaskBits valueless(MaskBits mask) {
  return (mask & image::bit(MaskPlane::interpolated)) != 0 ? 0U : mask & image::kUnusable;
}

/// Every input pixel's bits or-ed over what a kernel between (x, y) and (x + 1, y + 1) rests on:
/// the inner 4 x 4, and of pixels without a value all 2 reach x 2 reach.
Image<MaskBits> carried_bits(const MaskedImageView& in, int reach) {
  const int width = in.width();
  const int height = in.height();
  Image<MaskBits> inner(width, height);
  Image<MaskBits> wide(width, height);
  const int pad = std::max(2, reach);
  std::vector<MaskBits> row(static_cast<std::size_t>(width + 2 * pad), 0);
  for (int y = 0; y < height; ++y) {
    const MaskBits* m = in.mask.row(y);
    const float* p = in.pixels.row(y);
    MaskBits any = 0;
    for (int x = 0; x < width; ++x) {
      const MaskBits bits =
          m[x] | (std::abs(p[x]) <= 3.0e38F ? 0U : image::bit(MaskPlane::no_data));
      row[static_cast<std::size_t>(x + pad)] = bits;
      any |= bits;
    }
    if (any == 0) continue;
    MaskBits* i = inner.row(y);
    MaskBits* w = wide.row(y);
    const MaskBits* r = row.data() + pad;
    for (int x = 0; x < width; ++x) {
      i[x] = r[x - 1] | r[x] | r[x + 1] | r[x + 2];
      for (int k = 1 - reach; k <= reach; ++k) w[x] |= valueless(r[x + k]);
    }
  }
  Image<MaskBits> out(width, height);
  for (int y = 0; y < height; ++y) {
    MaskBits* o = out.row(y);
    for (int k = 1 - pad; k <= pad; ++k) {
      if (y + k < 0 || y + k >= height) continue;
      const MaskBits* i = inner.row(y + k);
      const MaskBits* w = wide.row(y + k);
      const bool near = k >= -1 && k <= 2;
      for (int x = 0; x < width; ++x) o[x] |= near ? i[x] | w[x] : w[x];
    }
  }
  return out;
}

/// Where each pixel of a row of output takes its kernel: the first tap, and both rows of weights.
struct RowPlan {
  std::vector<std::int64_t> offset;  ///< into the padded planes; -1: outside
  std::vector<const float*> wx, wy, sx, sy;
  std::vector<int> ix, iy;  ///< input pixel at or left of and below the centre

  explicit RowPlan(std::size_t n) : offset(n), wx(n), wy(n), sx(n), sy(n), ix(n), iy(n) {}
};

SKYWRIGHT_VECTOR_CLONES
void resample_row(const float* plane, std::ptrdiff_t stride, const std::int64_t* offset,
                  const float* const* wx, const float* const* wy, int taps, float* out, int width) {
  for (int x = 0; x < width; ++x) {
    if (offset[x] < 0) {
      out[x] = 0.0F;
      continue;
    }
    const float* in = plane + offset[x];
    const float* vertical = wy[x];
    const float* horizontal = wx[x];
    float column[kTaps] = {};
    for (int j = 0; j < taps; ++j) {
      const float weight = vertical[j];
      const float* line = in + j * stride;
      for (int i = 0; i < kTaps; ++i) column[i] += weight * line[i];
    }
    // A fixed tree of additions: the same bytes at any vector width.
    float part[4];
    for (int i = 0; i < 4; ++i)
      part[i] = column[i] * horizontal[i] + column[i + 4] * horizontal[i + 4];
    out[x] = (part[0] + part[2]) + (part[1] + part[3]);
  }
}

/// Mean over phases of sum_k w(k - p) w(k - p - shift): how two places `shift` apart share input.
double shared_weight(const InterpolationKernel& kernel, double shift) {
  constexpr int kPhases = 24;
  double sum = 0.0;
  for (int p = 0; p < kPhases; ++p) {
    const double here = (p + 0.5) / kPhases;
    const double there = here + shift;
    const double whole = std::floor(there);
    if (std::abs(whole) >= kTaps) return 0.0;
    const std::array<double, kTaps> a = kernel.exact(here);
    const std::array<double, kTaps> b = kernel.exact(there - whole);
    for (int k = 0; k < kTaps; ++k) {
      const int l = k - static_cast<int>(whole);
      if (l >= 0 && l < kTaps)
        sum += a[static_cast<std::size_t>(k)] * b[static_cast<std::size_t>(l)];
    }
  }
  return sum / kPhases;
}

void check(const MaskedImageView& in, int width, int height) {
  if (in.width() == 0 || in.height() == 0 || width <= 0 || height <= 0)
    throw InputError("nothing to warp", "an image without pixels", "check sizes");
}

/// d(from)/d(to) in the middle of the output [pixel/pixel].
std::array<double, 4> mapping(const wcs::Wcs& from, const wcs::Wcs& to, int width, int height) {
  const wcs::PixelPosition c{0.5 * (width - 1), 0.5 * (height - 1)};
  const auto at = [&](double dx, double dy) {
    return from.pixel_at(to.sky_at({c.x + dx, c.y + dy}));
  };
  const wcs::PixelPosition e = at(0.5, 0.0);
  const wcs::PixelPosition w = at(-0.5, 0.0);
  const wcs::PixelPosition n = at(0.0, 0.5);
  const wcs::PixelPosition s = at(0.0, -0.5);
  const std::array<double, 4> out = {e.x - w.x, n.x - s.x, e.y - w.y, n.y - s.y};
  for (const double v : out)
    if (!std::isfinite(v)) return {1.0, 0.0, 0.0, 1.0};
  return out;
}

}  // namespace

void describe(Fields& f, WarpConfig& c) {
  describe_choice(f, "kernel", c.kernel, {"bilinear", "lanczos3", "lanczos4", "kaiser"},
                  "interpolation");
  describe_choice(f, "meaning", c.meaning, {"flux", "surface_brightness"},
                  "flux in a pixel scales with its area, surface brightness does not");
  f.number("position_tolerance", c.position_tolerance,
           "largest error of interpolated coordinates [pixel]", {.high = 0.1, .above = 0});
}

WarpResult warp(const MaskedImageView& in, const wcs::Wcs& from, const wcs::Wcs& to, int width,
                int height, const WarpConfig& config, const Execution& execution) {
  return warp(in, NoiseCorrelation{}, from, to, width, height, config, execution);
}

WarpResult warp(const MaskedImageView& in, const NoiseCorrelation& in_noise, const wcs::Wcs& from,
                const wcs::Wcs& to, int width, int height, const WarpConfig& config,
                const Execution& execution) {
  check_fields(config);
  check(in, width, height);
  const InterpolationKernel kernel(config.kernel);
  const CoordinateGrid grid(from, to, width, height, config.position_tolerance);
  const Padded planes = padded(in, execution);
  const Image<MaskBits> bits = carried_bits(in, kernel.taps() / 2);
  WarpResult out{.image = MaskedImage(Image<float>::uninitialised(width, height),
                                      Image<float>::uninitialised(width, height),
                                      Image<MaskBits>::uninitialised(width, height)),
                 .noise = warped_noise(in_noise, config, mapping(from, to, width, height))};
  const int before = kernel.before();
  const int taps = kernel.taps();
  const bool scale_by_area = config.meaning == PixelMeaning::flux;
  const auto stride = static_cast<std::ptrdiff_t>(planes.pixels.width());
  constexpr std::size_t kRows = 16;
  execution.for_chunks(
      static_cast<std::size_t>(height), kRows, [&](std::size_t begin, std::size_t end) {
        execution.check_stop();
        const auto n = static_cast<std::size_t>(width);
        RowPlan plan(n);
        std::vector<double> xs(n);
        std::vector<double> ys(n);
        for (int y = static_cast<int>(begin); y < static_cast<int>(end); ++y) {
          grid.row(y, xs, ys);
          MaskBits* mask = out.image.mask.row(y);
          for (std::size_t x = 0; x < n; ++x) {
            // A pixel is outside where its centre is; NaN fails the comparison, too.
            if (!(xs[x] > -0.5 && xs[x] < in.width() - 0.5 && ys[x] > -0.5 &&
                  ys[x] < in.height() - 0.5)) {
              plan.offset[x] = -1;
              mask[x] = image::bit(MaskPlane::no_data);
              continue;
            }
            const int ix = static_cast<int>(xs[x] + 1.0) - 1;  // floor, since xs > -0.5
            const int iy = static_cast<int>(ys[x] + 1.0) - 1;
            const double fx = xs[x] - ix;
            const double fy = ys[x] - iy;
            plan.offset[x] = (iy - before + kPad) * stride + (ix - before + kPad);
            plan.wx[x] = kernel.at(fx);
            plan.wy[x] = kernel.at(fy);
            plan.sx[x] = kernel.squared_at(fx);
            plan.sy[x] = kernel.squared_at(fy);
            mask[x] = bits(std::max(0, ix), std::max(0, iy));
            if (ix < before || iy < before || ix - before + taps > in.width() ||
                iy - before + taps > in.height())
              mask[x] |= image::bit(MaskPlane::edge);
          }
          float* p = out.image.pixels.row(y);
          float* v = out.image.variance.row(y);
          resample_row(planes.pixels.data(), stride, plan.offset.data(), plan.wx.data(),
                       plan.wy.data(), taps, p, width);
          resample_row(planes.variance.data(), stride, plan.offset.data(), plan.sx.data(),
                       plan.sy.data(), taps, v, width);
          if (!scale_by_area) continue;
          constexpr int kStep = 64;
          for (int x0 = 0; x0 < width; x0 += kStep) {
            const auto ratio = static_cast<float>(grid.area_ratio(x0 + 0.5 * kStep, y));
            for (int x = x0; x < std::min(width, x0 + kStep); ++x) {
              p[x] *= ratio;
              v[x] *= ratio * ratio;
            }
          }
        }
      });
  return out;
}

NoiseCorrelation warped_noise(const NoiseCorrelation& in, const WarpConfig& config,
                              const std::array<double, 4>& mapping) {
  constexpr int kHalf = 4;
  const InterpolationKernel kernel(config.kernel);
  const auto covariance = [&](double dx, double dy) {
    std::vector<double> along_x;
    std::vector<double> along_y;
    for (int i = -in.half(); i <= in.half(); ++i) {
      along_x.push_back(shared_weight(kernel, dx - i));
      along_y.push_back(shared_weight(kernel, dy - i));
    }
    double sum = 0.0;
    for (int j = -in.half(); j <= in.half(); ++j)
      for (int i = -in.half(); i <= in.half(); ++i)
        sum += in.at(i, j) * along_x[static_cast<std::size_t>(i + in.half())] *
               along_y[static_cast<std::size_t>(j + in.half())];
    return sum;
  };
  NoiseCorrelation out{.lags = Image<float>(2 * kHalf + 1, 2 * kHalf + 1),
                       .pixels_used = in.pixels_used};
  const double variance = covariance(0.0, 0.0);
  // What the variance plane says already: independent noise under squared weights.
  const double independent = std::pow(shared_weight(kernel, 0.0), 2);
  out.variance_scale = in.variance_scale * variance / independent;
  for (int dy = -kHalf; dy <= kHalf; ++dy)
    for (int dx = -kHalf; dx <= kHalf; ++dx)
      out.lags(dx + kHalf, dy + kHalf) = static_cast<float>(
          covariance(mapping[0] * dx + mapping[1] * dy, mapping[2] * dx + mapping[3] * dy) /
          variance);
  return out;
}

WarpResult warp_reference(const MaskedImageView& in, const wcs::Wcs& from, const wcs::Wcs& to,
                          int width, int height, const WarpConfig& config) {
  check_fields(config);
  check(in, width, height);
  const InterpolationKernel kernel(config.kernel);
  WarpResult out{.image = MaskedImage(width, height),
                 .noise = warped_noise({}, config, mapping(from, to, width, height))};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const wcs::PixelPosition here{static_cast<double>(x), static_cast<double>(y)};
      const wcs::PixelPosition p = from.pixel_at(to.sky_at(here));
      if (!(p.x > -0.5 && p.x < in.width() - 0.5 && p.y > -0.5 && p.y < in.height() - 0.5)) {
        out.image.mask(x, y) = image::bit(MaskPlane::no_data);
        continue;
      }
      const int ix = static_cast<int>(std::floor(p.x));
      const int iy = static_cast<int>(std::floor(p.y));
      const std::array<double, kTaps> wx = kernel.exact(p.x - ix);
      const std::array<double, kTaps> wy = kernel.exact(p.y - iy);
      double ratio = 1.0;
      if (config.meaning == PixelMeaning::flux) {
        const double to_scale = to.pixel_scale(here).radians();
        const double from_scale = from.pixel_scale(p).radians();
        ratio = to_scale * to_scale / (from_scale * from_scale);
      }
      double sum = 0.0;
      double variance = 0.0;
      for (int j = 0; j < kernel.taps(); ++j) {
        for (int i = 0; i < kernel.taps(); ++i) {
          const int u = ix - kernel.before() + i;
          const int v = iy - kernel.before() + j;
          if (!in.box().contains(u, v)) {
            out.image.mask(x, y) |= image::bit(MaskPlane::edge);
            continue;
          }
          const bool finite = std::isfinite(in.pixels(u, v));
          const MaskBits bits = in.mask(u, v) | (finite ? 0U : image::bit(MaskPlane::no_data));
          const bool inner = u >= ix - 1 && u <= ix + 2 && v >= iy - 1 && v <= iy + 2;
          out.image.mask(x, y) |= inner ? bits : valueless(bits);
          const double w = wx[static_cast<std::size_t>(i)] * wy[static_cast<std::size_t>(j)];
          if (finite) sum += w * static_cast<double>(in.pixels(u, v));
          if (std::isfinite(in.variance(u, v)))
            variance += w * w * static_cast<double>(in.variance(u, v));
        }
      }
      out.image.pixels(x, y) = static_cast<float>(sum * ratio);
      out.image.variance(x, y) = static_cast<float>(variance * ratio * ratio);
    }
  }
  return out;
}

}  // namespace skywright::warp
