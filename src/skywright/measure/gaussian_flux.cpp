#include "skywright/measure/gaussian_flux.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace skywright::measure {
namespace {

constexpr double kReach2 = 16.0;  // the weight ends at 4 standard deviations

double root_determinant(const psf::Moments& m) {
  return std::sqrt(std::max(1e-12, m.ixx * m.iyy - m.ixy * m.ixy));
}

}  // namespace

GaussianFlux gaussian_flux(image::ImageView<const float> pixels,
                           image::ImageView<const float> usable, image::PixelPosition centre,
                           const psf::Moments& shape) {
  const double root = root_determinant(shape);
  const double det = root * root;
  const double reach_x = std::sqrt(kReach2 * shape.ixx);
  const double reach_y = std::sqrt(kReach2 * shape.iyy);
  const int x0 = static_cast<int>(std::ceil(centre.x - reach_x));
  const int x1 = static_cast<int>(std::floor(centre.x + reach_x));
  const int y0 = static_cast<int>(std::ceil(centre.y - reach_y));
  const int y1 = static_cast<int>(std::floor(centre.y + reach_y));
  double light = 0.0;
  double power = 0.0;
  double whole = 0.0;
  for (int y = y0; y <= y1; ++y) {
    const double dy = y - centre.y;
    for (int x = x0; x <= x1; ++x) {
      const double dx = x - centre.x;
      const double d2 =
          (shape.iyy * dx * dx - 2.0 * shape.ixy * dx * dy + shape.ixx * dy * dy) / det;
      if (d2 > kReach2) continue;
      const double w = std::exp(-0.5 * d2);
      whole += w * w;
      if (!pixels.box().contains(x, y) || (!usable.empty() && usable(x, y) <= 0.0F)) continue;
      power += w * w;
      light += w * static_cast<double>(pixels(x, y));
    }
  }
  if (!(power > 0.0)) return {};
  return {2.0 * std::numbers::pi * root * light / power, power / whole};
}

double gaussian_flux_variance(const psf::Moments& shape, double flux, double sky, double poisson) {
  return 4.0 * std::numbers::pi * root_determinant(shape) * sky +
         4.0 / 3.0 * poisson * std::max(0.0, flux);
}

}  // namespace skywright::measure
