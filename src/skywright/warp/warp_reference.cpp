#include <array>
#include <cmath>

#include "skywright/warp/detail/carried_bits.h"
#include "skywright/warp/detail/local_mapping.h"
#include "skywright/warp/interpolation_kernel.h"
#include "skywright/warp/warp.h"

namespace skywright::warp {

using image::MaskBits;
using image::MaskedImage;
using image::MaskedImageView;
using image::MaskPlane;

WarpResult warp_reference(const MaskedImageView& in, const wcs::Wcs& from, const wcs::Wcs& to,
                          int width, int height, const WarpConfig& config) {
  check_fields(config);
  const InterpolationKernel kernel(config.kernel);
  WarpResult out{.image = MaskedImage(width, height),
                 .noise = warped_noise({}, config, detail::local_mapping(from, to, width, height))};
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
          out.image.mask(x, y) |= inner ? bits : detail::valueless(bits);
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
