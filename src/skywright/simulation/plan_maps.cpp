#include "skywright/simulation/plan_maps.h"

#include <algorithm>
#include <string>
#include <utility>

#include "skywright/sphere/frames.h"
#include "skywright/sphere/healpix.h"

namespace skywright::simulation {
namespace {

template <class Frame>
draw::SkyLine plane(const sphere::Rotation<Frame, sphere::Icrs>& to_icrs, draw::Colour colour,
                    std::string label) {
  draw::SkyLine line{.colour = colour, .label = std::move(label)};
  for (int d = 0; d <= 360; d += 2) {
    const auto at = to_icrs * sphere::direction<Frame>(sphere::Angle::from_degrees(d), {});
    line.points.push_back({at.longitude().degrees(), at.latitude().degrees()});
  }
  return line;
}

std::vector<draw::SkyLine> planes() {
  return {plane(sphere::icrs_to_galactic().inverse(), {213, 94, 0}, "galactic plane"),
          plane(sphere::icrs_to_ecliptic().inverse(), draw::gray(40), "ecliptic")};
}

}  // namespace

Ends quantiles(const std::vector<double>& all, double low, double high) {
  std::vector<double> values;
  for (const double v : all)
    if (std::isfinite(v)) values.push_back(v);
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const auto at = [&](double q) {
    return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
  };
  Ends ends{at(low), at(high)};
  if (!(ends.low < ends.high)) ends = {ends.low - 0.5, ends.high + 0.5};
  return ends;
}

draw::Canvas sky_picture(const std::vector<double>& map, int order, draw::SkyMapStyle style) {
  style.lines = planes();
  return draw::sky_map(
      [&](double ra, double dec) {
        return map[static_cast<std::size_t>(
            sphere::healpix::pixel_at(sphere::SkyPosition::from_degrees(ra, dec), order))];
      },
      style);
}

}  // namespace skywright::simulation
