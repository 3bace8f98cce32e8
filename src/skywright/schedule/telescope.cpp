#include "skywright/schedule/telescope.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "skywright/instrument/depth.h"
#include "skywright/instrument/seeing.h"

namespace skywright::schedule {
namespace {

constexpr double kDegree = std::numbers::pi / 180.0;
constexpr double kDay = 86400.0;

double degrees_around(double radians) {
  return sphere::Angle::from_radians(radians).wrapped().degrees();
}

/// Position angle of the zenith at `star`, from `pole` through east.
double angle_to_zenith(const sphere::UnitVector& star, const sphere::UnitVector& zenith,
                       const sphere::UnitVector& pole) {
  const sphere::UnitVector east{pole.y * star.z - pole.z * star.y,
                                pole.z * star.x - pole.x * star.z,
                                pole.x * star.y - pole.y * star.x};
  // Components along east and along north = star x east, both of length sin(polar distance).
  const sphere::UnitVector north{star.y * east.z - star.z * east.y,
                                 star.z * east.x - star.x * east.z,
                                 star.x * east.y - star.y * east.x};
  return std::atan2(dot(zenith, east), dot(zenith, north));
}

ephemeris::Horizontal horizontal_of(const ephemeris::HorizonFrame::At& now,
                                    const sphere::UnitVector& v) {
  return ephemeris::horizontal(ephemeris::to_horizon(now.icrs_to_horizon, v));
}

}  // namespace

Telescope::Telescope(const Setting& setting, const Weather& weather)
    : setting_(&setting), weather_(&weather) {}

void Telescope::begin_night(const Tonight& tonight, int band) {
  state_ = TelescopeState{};
  state_.mjd = tonight.begin_mjd;
  state_.mount = setting_->slew.parked(band);
}

void Telescope::wait_until(double mjd) {
  if (mjd <= state_.mjd) return;
  state_.mount.busy = std::max(0.0, state_.mount.busy - (mjd - state_.mjd) * kDay);
  state_.mjd = mjd;
}

Telescope::Place Telescope::place(const ephemeris::HorizonFrame::At& now,
                                  const sphere::UnitVector& direction) const {
  const auto& m = now.icrs_to_horizon;
  const ephemeris::Horizontal h = horizontal_of(now, direction);
  const sphere::UnitVector zenith{m[6], m[7], m[8]};
  const double latitude = setting_->observatory.latitude.radians();
  const sphere::UnitVector pole =
      ephemeris::from_horizon(m, {std::cos(latitude), 0.0, std::sin(latitude)});
  return {h.altitude.radians(), h.azimuth.radians(), angle_to_zenith(direction, zenith, pole),
          angle_to_zenith(direction, zenith, {0.0, 0.0, 1.0})};
}

bool Telescope::allowed(const Request& request, const ephemeris::HorizonFrame::At& now,
                        double altitude) const {
  const PointingLimits& limits = setting_->strategy.limits;
  if (altitude < limits.min_altitude_deg * kDegree || altitude > limits.max_altitude_deg * kDegree)
    return false;
  const double moon = std::max(limits.moon_distance_deg * kDegree, request.moon_distance);
  if (dot(request.direction, now.moon) > std::cos(moon)) return false;
  const double sun = horizontal_of(now, now.sun).altitude.degrees();
  return sun <= limits.sun_altitude_deg;
}

std::optional<Visit> Telescope::take(const Request& request, const Tonight& tonight) {
  if (tonight.mounted[static_cast<std::size_t>(request.band)] == 0) return std::nullopt;
  const auto at = [&](double mjd) { return tonight.frame.at(time::Tai::from_mjd(mjd)); };
  // Where the field will stand when the slew is over: the sky moves 0.1 degree meanwhile.
  Pointing pointing{.rotator = request.rotator, .band = request.band};
  double start = state_.mjd;
  Slew slew;
  ephemeris::HorizonFrame::At now;
  Place here{};
  for (int round = 0; round < 2; ++round) {
    now = at(start);
    here = place(now, request.direction);
    pointing.altitude = here.altitude;
    pointing.azimuth = here.azimuth;
    slew = setting_->slew.slew(state_.mount, pointing);
    if (!std::isfinite(slew.seconds)) return std::nullopt;
    start = state_.mjd + slew.seconds / kDay;
  }
  now = at(start);
  here = place(now, request.direction);
  const double seconds =
      visit_seconds(setting_->instrument.kinematics, request.exposure_s, request.exposures);
  const double end = start + seconds / kDay;
  const ephemeris::HorizonFrame::At after = at(end);
  const Place there = place(after, request.direction);
  if (!allowed(request, now, here.altitude) || !allowed(request, after, there.altitude) ||
      ephemeris::airmass(sphere::Angle::from_radians(here.altitude)) > request.airmass_max)
    return std::nullopt;

  // The camera follows the sky: rotTelPos turns as the parallactic angle does.
  const double turn =
      sphere::Angle::from_radians(there.pseudo_parallactic - here.pseudo_parallactic)
          .wrapped_around_zero()
          .radians();
  MountState mount = setting_->slew.tracked(
      slew.after, {there.altitude, there.azimuth, slew.after.rotator + turn, request.band});
  if (!setting_->slew.within_limits(mount)) return std::nullopt;

  Visit visit = row(request, now, here, start, tonight.clouds);
  visit.visit_time = seconds;
  visit.slew_time = slew.seconds;
  visit.slew_distance =
      sphere::separation(sphere::unit_vector({sphere::Angle::from_radians(state_.mount.azimuth),
                                              sphere::Angle::from_radians(state_.mount.altitude)}),
                         sphere::unit_vector({sphere::Angle::from_radians(here.azimuth),
                                              sphere::Angle::from_radians(here.altitude)}))
          .degrees();
  mount.busy = busy_seconds(setting_->instrument.kinematics, request.exposure_s, request.exposures);
  state_ = {.mjd = end,
            .mount = mount,
            .any_visit = true,
            .last_mjd = start,
            .last_moon_altitude = visit.moon_altitude,
            .last_sun_altitude = visit.sun_altitude,
            .last_deep = request.deep};
  return visit;
}

Visit Telescope::row(const Request& request, const ephemeris::HorizonFrame::At& now,
                     const Place& at, double start_mjd, const CloudPatches& clouds) const {
  const instrument::Band& band = setting_->instrument.bands[static_cast<std::size_t>(request.band)];
  const time::Tai start = time::Tai::from_mjd(start_mjd);
  Visit v;
  v.start_mjd = start_mjd;
  v.start_lst = now.local_sidereal_time.degrees();
  v.exposures = request.exposures;
  v.exposure_time = request.exposure_s;
  const sphere::SkyPosition centre = sphere::sky_position(request.direction);
  v.ra = centre.ra.degrees();
  v.dec = centre.dec.degrees();
  v.altitude = at.altitude / kDegree;
  v.azimuth = degrees_around(at.azimuth);
  v.band = request.band;
  v.airmass = ephemeris::airmass(sphere::Angle::from_radians(at.altitude));
  v.sky_brightness = setting_->night_sky.magnitude(static_cast<std::size_t>(request.band),
                                                   sky::sky_point(now, request.direction),
                                                   sky::night_sky_state(now));
  v.cloud = weather_->cloud(start);
  v.seeing_500 = weather_->seeing_500(start);
  v.seeing_eff = instrument::fwhm_eff(v.seeing_500, v.airmass, band.wavelength_nm);
  v.seeing_geom = instrument::fwhm_geom(v.seeing_eff);
  v.depth = instrument::five_sigma_depth(
      band, {v.sky_brightness, v.seeing_eff, v.exposure_time, v.airmass, v.exposures});
  if (clouds.matter(v.cloud) &&
      clouds.covered(start_mjd, v.cloud,
                     ephemeris::to_horizon(now.icrs_to_horizon, request.direction)))
    v.depth -= setting_->strategy.weather.cloud.patches.extinction;
  v.parallactic = at.parallactic / kDegree;
  v.pseudo_parallactic = at.pseudo_parallactic / kDegree;
  // rotSkyPos and rotTelPos by Rubin's convention (SMTN-019).
  v.rot_tel_pos = request.rotator / kDegree;
  v.rot_sky_pos = degrees_around(at.pseudo_parallactic - request.rotator - 0.5 * std::numbers::pi);
  const sphere::SkyPosition moon = sphere::sky_position(now.moon);
  v.moon_ra = moon.ra.degrees();
  v.moon_dec = moon.dec.degrees();
  const ephemeris::Horizontal moon_at = horizontal_of(now, now.moon);
  v.moon_altitude = moon_at.altitude.degrees();
  v.moon_azimuth = moon_at.azimuth.wrapped().degrees();
  v.moon_distance = sphere::separation(request.direction, now.moon).degrees();
  v.moon_phase = 100.0 * now.moon_illumination;
  const ephemeris::Horizontal sun_at = horizontal_of(now, now.sun);
  v.sun_altitude = sun_at.altitude.degrees();
  v.sun_azimuth = sun_at.azimuth.wrapped().degrees();
  v.solar_elongation = sphere::separation(request.direction, now.sun).degrees();
  v.balance = request.balance;
  v.note = request.note;
  v.target = request.target;
  v.program = request.program.empty() ? setting_->strategy.program : request.program;
  v.reason = request.reason;
  return v;
}

}  // namespace skywright::schedule
