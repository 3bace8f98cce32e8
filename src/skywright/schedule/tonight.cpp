#include "skywright/schedule/tonight.h"

#include <cmath>
#include <numbers>

#include "skywright/base/random_stream.h"
#include "skywright/schedule/band_list.h"

namespace skywright::schedule {
namespace {

/// A turn of the sphere, all alike: the unit quaternion of four normal numbers (Shoemake 1992).
GridRotation random_turn(RandomStream& random) {
  std::array<double, 4> q{};
  double norm = 0.0;
  for (double& v : q) {
    v = random.normal();
    norm += v * v;
  }
  norm = std::sqrt(norm);
  const double w = q[0] / norm, x = q[1] / norm, y = q[2] / norm, z = q[3] / norm;
  return {1 - 2 * (y * y + z * z), 2 * (x * y - w * z),     2 * (x * z + w * y),
          2 * (x * y + w * z),     1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
          2 * (x * z - w * y),     2 * (y * z + w * x),     1 - 2 * (x * x + y * y)};
}

std::vector<std::uint8_t> mounted_bands(const Setting& setting, double illumination) {
  const FilterRule& rule = setting.strategy.filters;
  const auto& names = illumination > rule.illumination ? rule.bright : rule.dark;
  std::vector<std::uint8_t> out(setting.bands(), names.empty() ? 1 : 0);
  for (const std::string& name : names)
    out[static_cast<std::size_t>(band_index(setting.instrument, name, "filters"))] = 1;
  return out;
}

/// Zodiacal light over all pixels; the Sun moves a degree a day, so once a night is enough.
std::vector<float> zodiacal_map(const SkyPixels& pixels, const ephemeris::HorizonFrame::At& now) {
  std::vector<float> altitude(pixels.count, 1.0F), azimuth(pixels.count, 0.0F);
  std::vector<float> latitude(pixels.count), longitude(pixels.count);
  for (std::size_t p = 0; p < pixels.count; ++p) {
    const sky::EclipticPlace place = sky::ecliptic_place(pixels.centre[p], now.sun);
    latitude[p] = static_cast<float>(place.latitude.radians());
    longitude[p] = static_cast<float>(place.longitude_from_sun.radians());
  }
  return sky::sky_directions(altitude, azimuth, latitude, longitude).zodiacal;
}

/// How far each pixel's season has gone (rubin_scheduler, NObsPerYearBasisFunction).
std::vector<float> seasons_gone(const SkyPixels& pixels, sphere::Angle sun_ra) {
  constexpr double kFrom = -4.0, kTo = 2.0;  // [h] of right ascension from midnight's meridian
  std::vector<float> out(pixels.count);
  for (std::size_t p = 0; p < pixels.count; ++p) {
    const double past_meridian =
        (sphere::Angle::from_radians(static_cast<double>(pixels.ra[p])) - sun_ra)
            .wrapped()
            .hours() -
        12.0;
    double left = kTo - past_meridian;
    left -= 24.0 * std::floor(left / 24.0);
    out[p] = left > kTo - kFrom ? 0.0F : static_cast<float>(left / (kTo - kFrom));
  }
  return out;
}

}  // namespace

bool Tonight::opens(const ephemeris::Night& night) { return night.below12().has_value(); }

Tonight::Tonight(const Setting& setting, const ephemeris::Night& night,
                 const FootprintTarget& target)
    : number(night.number),
      frame(setting.observatory, night.noon, night.next_noon),
      begin_mjd(night.below12()->begin.mjd()),
      end_mjd(night.below12()->end.mjd()),
      clouds(setting.strategy.weather.cloud.patches, setting.seed, night.number) {
  const auto dark = night.below18();
  dark_begin_mjd = dark ? dark->begin.mjd() : night.midnight.mjd();
  dark_end_mjd = dark ? dark->end.mjd() : night.midnight.mjd();
  const ephemeris::HorizonFrame::At dusk = frame.at(night.below12()->begin);
  moon_illumination = dusk.moon_illumination;
  mounted = mounted_bands(setting, moon_illumination);
  auto random = RandomStream::for_unit(setting.seed, {night.number}, "dither");
  const GridRotation any = random_turn(random);
  if (setting.strategy.dither.fields) turn = any;
  rotator = random.uniform(-1.0, 1.0) * setting.strategy.dither.rotator_range_deg *
            std::numbers::pi / 180.0;
  zodiacal = zodiacal_map(setting.pixels, frame.at(night.midnight));
  season_gone = seasons_gone(setting.pixels, sphere::sky_position(frame.at(night.midnight).sun).ra);
  season.resize(setting.pixels.count);
  for (std::size_t p = 0; p < season.size(); ++p) season[p] = target.season(p, begin_mjd);
}

}  // namespace skywright::schedule
