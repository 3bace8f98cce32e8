#include "skywright/measure/kron.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace skywright::measure {

double kron_radius(image::ImageView<const float> pixels, image::ImageView<const float> usable,
                   image::PixelPosition centre, const psf::Moments& shape, double reach) {
  const double det = shape.ixx * shape.iyy - shape.ixy * shape.ixy;
  const double a = shape.iyy / det;
  const double b = -shape.ixy / det;
  const double c = shape.ixx / det;
  const double reach_x = reach * std::sqrt(shape.ixx);
  const double reach_y = reach * std::sqrt(shape.iyy);
  const int x0 = std::max(0, static_cast<int>(std::ceil(centre.x - reach_x)));
  const int x1 = std::min(pixels.width() - 1, static_cast<int>(std::floor(centre.x + reach_x)));
  const int y0 = std::max(0, static_cast<int>(std::ceil(centre.y - reach_y)));
  const int y1 = std::min(pixels.height() - 1, static_cast<int>(std::floor(centre.y + reach_y)));
  double light = 0.0;
  double moment = 0.0;
  for (int y = y0; y <= y1; ++y)
    for (int x = x0; x <= x1; ++x) {
      const double dx = x - centre.x;
      const double dy = y - centre.y;
      const double r2 = a * dx * dx + 2.0 * b * dx * dy + c * dy * dy;
      if (r2 > reach * reach || (!usable.empty() && usable(x, y) <= 0.0F)) continue;
      const double v = static_cast<double>(pixels(x, y));
      light += v;
      moment += v * std::sqrt(r2);
    }
  if (!(light > 0.0) || !(moment > 0.0)) return std::numeric_limits<double>::quiet_NaN();
  return moment / light;
}

double psf_share(image::ImageView<const float> centred_psf, const Ellipse& ellipse) {
  const double middle = centred_psf.width() / 2;
  const double reach = ellipse.radius * std::sqrt(std::max(ellipse.shape.ixx, ellipse.shape.iyy));
  if (reach > middle) return 1.0;
  return elliptical_aperture(centred_psf, {}, {middle, middle}, ellipse).sum;
}

}  // namespace skywright::measure
