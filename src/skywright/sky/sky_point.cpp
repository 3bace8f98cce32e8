#include <algorithm>
#include <cmath>

#include "skywright/sky/night_sky.h"

namespace skywright::sky {
namespace {

sphere::UnitVector north_east_up(const ephemeris::Horizontal& h) {
  return {cos(h.altitude) * cos(h.azimuth), cos(h.altitude) * sin(h.azimuth), sin(h.altitude)};
}

}  // namespace

EclipticPlace ecliptic_place(const sphere::UnitVector& icrs, const sphere::UnitVector& sun_icrs) {
  // Obliquity of J2000 (IAU 2006), 84381.406 arcsec.
  constexpr double kCos = 0.917482143065;
  constexpr double kSin = 0.397776969113;
  const auto turned = [&](const sphere::UnitVector& v) {
    return sphere::UnitVector{v.x, kCos * v.y + kSin * v.z, kCos * v.z - kSin * v.y};
  };
  const sphere::UnitVector place = turned(icrs);
  const sphere::UnitVector sun = turned(sun_icrs);
  return {sphere::Angle::from_radians(std::asin(std::clamp(place.z, -1.0, 1.0))),
          sphere::Angle::from_radians(
              std::atan2(place.y * sun.x - place.x * sun.y, place.x * sun.x + place.y * sun.y))};
}

NightSkyState night_sky_state(const ephemeris::HorizonFrame::At& now) {
  return {ephemeris::to_horizon(now.icrs_to_horizon, now.sun),
          ephemeris::to_horizon(now.icrs_to_horizon, now.moon), now.moon_illumination};
}

SkyPoint sky_point(const ephemeris::HorizonFrame::At& now, const sphere::UnitVector& icrs) {
  const EclipticPlace place = ecliptic_place(icrs, now.sun);
  return {ephemeris::to_horizon(now.icrs_to_horizon, icrs), place.latitude,
          place.longitude_from_sun};
}

NightSkyState night_sky_state(const ephemeris::ObservedSky& now) {
  const sphere::SkyPosition sun = now.sun_position();
  const sphere::SkyPosition moon = now.moon_position();
  // The Sun is far beyond the Moon, so that the phase angle is 180 degrees less the elongation,
  // within 0.15 degrees.
  const double lit = 0.5 * (1.0 - cos(sphere::separation(sun, moon)));
  return {north_east_up(now.horizontal(sun)), north_east_up(now.horizontal(moon)), lit};
}

SkyPoint sky_point(const ephemeris::ObservedSky& now, const sphere::SkyPosition& icrs) {
  const EclipticPlace place =
      ecliptic_place(sphere::unit_vector(icrs), sphere::unit_vector(now.sun_position()));
  return {north_east_up(now.horizontal(icrs)), place.latitude, place.longitude_from_sun};
}

}  // namespace skywright::sky
