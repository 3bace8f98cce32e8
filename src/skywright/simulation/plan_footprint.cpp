#include "skywright/simulation/plan_footprint.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "skywright/base/error.h"
#include "skywright/config/json_text.h"
#include "skywright/ephemeris/planetary_ephemeris.h"
#include "skywright/schedule/footprint.h"
#include "skywright/schedule/rolling_cadence.h"
#include "skywright/simulation/plan_maps.h"
#include "skywright/sphere/direction.h"

namespace skywright::simulation {
namespace {

using schedule::Footprint;
using schedule::kFootprintBands;
using schedule::Region;

std::size_t band_slot(const std::string& name) {
  const auto found = std::find(kFootprintBands.begin(), kFootprintBands.end(), name);
  if (found == kFootprintBands.end())
    throw ConfigError(fmt::format("--band {}", name), "a footprint has no weights for it",
                      "name one of u, g, r, i, z, y");
  return static_cast<std::size_t>(found - kFootprintBands.begin());
}

/// Weights of the region's first pixel; discs may differ among themselves.
std::array<float, 6> weights_of(const Footprint& footprint, Region region) {
  std::array<float, 6> weights{};
  const auto at = std::find(footprint.region.begin(), footprint.region.end(), region);
  if (at == footprint.region.end()) return weights;
  for (std::size_t b = 0; b < weights.size(); ++b)
    weights[b] = footprint.weight[b][static_cast<std::size_t>(at - footprint.region.begin())];
  return weights;
}

struct Picture {
  std::vector<float> value;
  std::string title;
};

/// The band's weight; with a night, times what the pixel's season gives it.
Picture picture_of(const FootprintRequest& request, const Footprint& footprint) {
  Picture picture{footprint.weight[band_slot(request.band)],
                  fmt::format("{}: visits wanted in {}", request.strategy.name, request.band)};
  if (!request.night) return picture;
  if (*request.night < 1)
    throw ConfigError(fmt::format("--night {}", *request.night), "nights count from 1",
                      "give 1 or more");
  const time::Tai start = time::Tai::from_mjd(request.strategy.start_mjd);
  const ephemeris::Vector sun = ephemeris::PlanetaryEphemeris::built_in()
                                    .geocentric(ephemeris::Body::sun, to_tdb(to_tt(start)))
                                    .position;
  const auto sun_ra = sphere::Angle::from_radians(std::atan2(sun.y, sun.x));
  const schedule::RollingCadence rolling(request.strategy.rolling, footprint, sun_ra);
  for (std::size_t i = 0; i < picture.value.size(); ++i)
    picture.value[i] *= static_cast<float>(rolling.multiplier(i, *request.night - 1.0));
  picture.title += fmt::format(", season of night {}", *request.night);
  return picture;
}

draw::Canvas draw_map(const Picture& picture, int order) {
  float highest = 0.0F;
  for (const float v : picture.value) highest = std::max(highest, v);
  const draw::SkyMapStyle style{.title = picture.title,
                                .unit = "relative to wide, r",
                                .low = 0.0,
                                .high = highest > 0.0F ? static_cast<double>(highest) : 1.0};
  return sky_picture(map_values(picture.value, Zero::nothing), order, style);
}

}  // namespace

FootprintReport show_footprint(const FootprintRequest& request, const Execution& execution) {
  const int order =
      static_cast<int>(std::bit_width(static_cast<unsigned>(request.strategy.nside))) - 1;
  const Footprint footprint = schedule::make_footprint(request.strategy.footprint, order);
  execution.check_stop();
  const Picture picture = picture_of(request, footprint);
  execution.check_stop();

  nlohmann::ordered_json json = {{"strategy", request.strategy.name},
                                 {"nside", request.strategy.nside},
                                 {"regions", nlohmann::ordered_json::array()}};
  std::string text =
      fmt::format("  {:<16}{:>10}{:>9}   weights u g r i z y\n", "region", "area deg2", "visits");
  double area = 0.0;
  for (int r = 1; r < schedule::kRegionCount; ++r) {
    const auto region = static_cast<Region>(r);
    if (footprint.area(region) == 0.0) continue;
    area += footprint.area(region);
    const std::array<float, 6> w = weights_of(footprint, region);
    text += fmt::format("  {:<16}{:>10.0f}{:>7.1f} %  {:g} {:g} {:g} {:g} {:g} {:g}\n",
                        schedule::region_name(region), footprint.area(region),
                        100.0 * footprint.share(region), w[0], w[1], w[2], w[3], w[4], w[5]);
    nlohmann::ordered_json weights;
    for (std::size_t b = 0; b < w.size(); ++b) weights[std::string(kFootprintBands[b])] = w[b];
    json["regions"].push_back({{"region", schedule::region_name(region)},
                               {"area_deg2", footprint.area(region)},
                               {"share", footprint.share(region)},
                               {"weights", weights}});
  }
  text += fmt::format("  {:<16}{:>10.0f}\n", "all", area);
  json["area_deg2"] = area;
  draw::Canvas map = draw_map(picture, order);
  execution.check_stop();
  return {std::move(text), config::json_text(json), std::move(map)};
}

}  // namespace skywright::simulation
