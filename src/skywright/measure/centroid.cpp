#include "skywright/measure/centroid.h"

#include <algorithm>
#include <cmath>

namespace skywright::measure {

std::optional<image::PixelPosition> windowed_centroid(image::ImageView<const float> pixels,
                                                      image::ImageView<const float> usable,
                                                      image::PixelPosition start, double sigma,
                                                      double max_shift) {
  constexpr int kIterations = 30;
  image::PixelPosition at = start;
  const double reach = 4.0 * sigma;
  for (int iteration = 0; iteration < kIterations; ++iteration) {
    double light = 0.0;
    double x_sum = 0.0;
    double y_sum = 0.0;
    const int x0 = std::max(0, static_cast<int>(std::ceil(at.x - reach)));
    const int x1 = std::min(pixels.width() - 1, static_cast<int>(std::floor(at.x + reach)));
    const int y0 = std::max(0, static_cast<int>(std::ceil(at.y - reach)));
    const int y1 = std::min(pixels.height() - 1, static_cast<int>(std::floor(at.y + reach)));
    for (int y = y0; y <= y1; ++y)
      for (int x = x0; x <= x1; ++x) {
        if (!usable.empty() && usable(x, y) <= 0.0F) continue;
        const double dx = x - at.x;
        const double dy = y - at.y;
        const double w = std::exp(-0.5 * (dx * dx + dy * dy) / (sigma * sigma));
        const double v = w * static_cast<double>(pixels(x, y));
        light += v;
        x_sum += v * dx;
        y_sum += v * dy;
      }
    if (!(light > 0.0)) return {};
    // A matched weight shows half of a displacement.
    const double dx = 2.0 * x_sum / light;
    const double dy = 2.0 * y_sum / light;
    at = {at.x + dx, at.y + dy};
    if (!(std::hypot(at.x - start.x, at.y - start.y) <= max_shift)) return {};
    if (std::hypot(dx, dy) < 1e-4) return at;
  }
  return {};
}

}  // namespace skywright::measure
