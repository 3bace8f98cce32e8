#include "skywright/warp/detail/local_mapping.h"

#include <cmath>

namespace skywright::warp::detail {

std::array<double, 4> local_mapping(const wcs::Wcs& from, const wcs::Wcs& to, int width,
                                    int height) {
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

}  // namespace skywright::warp::detail
