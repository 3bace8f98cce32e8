#include "skywright/schedule/target_survey.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "skywright/schedule/band_list.h"

namespace skywright::schedule {
namespace {

constexpr double kDegree = std::numbers::pi / 180.0;

double altitude_of(const ephemeris::HorizonFrame::At& now, const sphere::UnitVector& v) {
  return ephemeris::horizontal(ephemeris::to_horizon(now.icrs_to_horizon, v)).altitude.degrees();
}

std::int64_t done_of(const Features& done, const std::string& name) {
  const auto found = done.target_visits.find(name);
  return found == done.target_visits.end() ? 0 : found->second;
}

}  // namespace

TargetSurveyor::TargetSurveyor(std::vector<Target> targets, int tier, std::string reason,
                               const Setting& setting)
    : tier_(tier), reason_(std::move(reason)) {
  for (Target& target : targets) {
    Wish wish;
    wish.direction =
        sphere::unit_vector(sphere::SkyPosition::from_degrees(target.ra_deg, target.dec_deg));
    for (const std::string& band : target.bands)
      wish.bands.push_back(band_index(setting.instrument, band, target.name));
    for (const double n : target.visits) wish.visits_an_epoch += static_cast<std::int64_t>(n);
    wish.target = std::move(target);
    wishes_.push_back(std::move(wish));
  }
}

void TargetSurveyor::begin_night(const Setting& setting, const Tonight& tonight,
                                 const Features& done) {
  (void)done;
  (void)setting;
  (void)tonight;
  for (Wish& wish : wishes_) wish.failed_mjd = 0.0;
}

std::optional<double> TargetSurveyor::worth(const Wish& wish, const Situation& now) const {
  const Target& t = wish.target;
  const double mjd = now.telescope.mjd;
  if (mjd < t.begin_mjd || mjd > t.end_mjd || mjd < wish.failed_mjd + 10.0 / 1440.0)
    return std::nullopt;
  const std::int64_t done = done_of(now.done, t.name);
  if (done >= t.epochs * wish.visits_an_epoch) return std::nullopt;
  const bool within_epoch = done % wish.visits_an_epoch != 0;
  const auto last = now.done.target_last.find(t.name);
  if (!within_epoch && last != now.done.target_last.end() &&
      mjd < last->second + t.gap_hours / 24.0)
    return std::nullopt;
  const bool mounted = std::any_of(wish.bands.begin(), wish.bands.end(), [&](int band) {
    return now.tonight.mounted[static_cast<std::size_t>(band)] != 0;
  });
  if (!mounted || now.sky.sun_altitude > t.sun_altitude_max_deg ||
      now.sky.seeing > t.seeing_max_arcsec)
    return std::nullopt;
  if (now.sky.moon_altitude > 0.0 && now.sky.now.moon_illumination > t.moon_illumination_max)
    return std::nullopt;

  double seconds = 0.0;
  for (std::size_t i = 0; i < wish.bands.size(); ++i)
    seconds += t.visits[i] * now.setting.block_seconds(wish.bands[i], t.exposure_s);
  const PointingLimits& limits = now.setting.strategy.limits;
  const auto here = now.tonight.frame.at(time::Tai::from_mjd(mjd));
  const auto later = now.tonight.frame.at(time::Tai::from_mjd(mjd + seconds / 86400.0));
  for (const auto* at : {&here, &later}) {
    const double altitude = altitude_of(*at, wish.direction);
    if (altitude < limits.min_altitude_deg || altitude > limits.max_altitude_deg)
      return std::nullopt;
    if (altitude_of(*at, at->sun) > std::min(limits.sun_altitude_deg, t.sun_altitude_max_deg))
      return std::nullopt;
  }
  const double moon = std::max(t.moon_distance_deg, limits.moon_distance_deg) * kDegree;
  if (dot(wish.direction, here.moon) > std::cos(moon)) return std::nullopt;
  if (now.tonight.clouds.matter(now.sky.cloud) &&
      now.tonight.clouds.covered(mjd, now.sky.cloud,
                                 ephemeris::to_horizon(here.icrs_to_horizon, wish.direction)))
    return std::nullopt;
  const double altitude = altitude_of(here, wish.direction);
  const double airmass = ephemeris::airmass(sphere::Angle::from_degrees(altitude));
  if (airmass > t.airmass_max) return std::nullopt;
  // Of equal priority, those lower in the west first: they set; then those that stand higher.
  const double sinking = altitude_of(later, wish.direction) < altitude ? 1.0 : 0.0;
  return t.priority * (1.0 + 0.2 * sinking * (airmass - 1.0) + 0.1 / airmass);
}

std::optional<double> TargetSurveyor::offer(const Situation& now) {
  std::optional<double> best;
  for (std::size_t i = 0; i < wishes_.size(); ++i) {
    const auto value = worth(wishes_[i], now);
    if (!value || (best && *value <= *best)) continue;
    best = value;
    best_ = i;
  }
  return best;
}

std::vector<Request> TargetSurveyor::take(const Situation& now) {
  Wish& wish = wishes_[best_];
  wish.failed_mjd = now.telescope.mjd;
  std::int64_t skip = done_of(now.done, wish.target.name) % wish.visits_an_epoch;
  std::vector<Request> out;
  for (std::size_t i = 0; i < wish.bands.size(); ++i) {
    const int band = wish.bands[i];
    for (int n = 0; n < static_cast<int>(wish.target.visits[i]); ++n) {
      if (skip-- > 0) continue;
      if (now.tonight.mounted[static_cast<std::size_t>(band)] == 0) continue;
      Request r;
      r.direction = wish.direction;
      r.band = band;
      const bool own = wish.target.exposure_s > 0.0;
      r.exposures = own ? 1 : now.setting.exposures(band);
      r.exposure_s = own ? wish.target.exposure_s : now.setting.exposure_s(band);
      r.rotator = now.tonight.rotator;
      r.moon_distance = wish.target.moon_distance_deg * kDegree;
      r.airmass_max = wish.target.airmass_max;
      r.latest_mjd = now.telescope.mjd + 0.25;
      r.balance = false;
      r.deep = true;
      r.target = wish.target.name;
      r.program = wish.target.program;
      r.note = reason_ + ", " + wish.target.name;
      r.reason = reason_;
      out.push_back(std::move(r));
    }
  }
  return out;
}

}  // namespace skywright::schedule
