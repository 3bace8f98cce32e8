#include "skywright/detrend/interpolation.h"

#include <array>
#include <vector>

namespace skywright::detrend {
namespace {

struct Replacement {
  int x = 0;
  int y = 0;
  float value = 0.0F;
  float variance = 0.0F;
};

}  // namespace

int interpolate_over(image::MaskedImage& image, image::MaskBits bad, int reach) {
  constexpr std::array<std::array<int, 2>, 4> kSteps{{{1, 0}, {-1, 0}, {0, 1}, {0, -1}}};
  const image::Box box = image.box();
  std::vector<Replacement> found;
  for (int y = 0; y < box.height; ++y) {
    const image::MaskBits* row = image.mask.row(y);
    for (int x = 0; x < box.width; ++x) {
      if ((row[x] & bad) == 0) continue;
      double weight = 0.0;
      double value = 0.0;
      double variance = 0.0;
      for (const auto& [dx, dy] : kSteps) {
        for (int r = 1; r <= reach; ++r) {
          const int u = x + r * dx;
          const int v = y + r * dy;
          if (!box.contains(u, v)) break;
          if ((image.mask(u, v) & bad) != 0) continue;
          const double w = 1.0 / (static_cast<double>(r) * r);
          weight += w;
          value += w * static_cast<double>(image.pixels(u, v));
          variance += w * static_cast<double>(image.variance(u, v));
          break;
        }
      }
      if (weight > 0.0)
        found.push_back(
            {x, y, static_cast<float>(value / weight), static_cast<float>(variance / weight)});
    }
  }
  for (const Replacement& r : found) {
    image.pixels(r.x, r.y) = r.value;
    image.variance(r.x, r.y) = r.variance;
    image.mask(r.x, r.y) |= image::bit(image::MaskPlane::interpolated);
  }
  return static_cast<int>(found.size());
}

}  // namespace skywright::detrend
