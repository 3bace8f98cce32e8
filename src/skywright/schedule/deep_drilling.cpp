#include "skywright/schedule/deep_drilling.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "skywright/base/random_stream.h"
#include "skywright/instrument/depth.h"
#include "skywright/instrument/seeing.h"
#include "skywright/schedule/band_list.h"

namespace skywright::schedule {
namespace {

constexpr double kDegree = std::numbers::pi / 180.0;
constexpr double kStep = 15.0 / 1440.0;  ///< [day] between times that are tried
constexpr double kNominalSeeing = 0.7;   ///< [arcsec], for the depth limit

double sequence_days(const Setting& setting, const DeepField& field) {
  double seconds = 0.0;
  for (std::size_t i = 0; i < field.bands.size(); ++i)
    seconds += field.visits[i] *
               setting.block_seconds(band_index(setting.instrument, field.bands[i], field.name));
  return seconds / 86400.0;
}

sphere::UnitVector direction_of(double ra_deg, double dec_deg) {
  return sphere::unit_vector(sphere::SkyPosition::from_degrees(ra_deg, dec_deg));
}

bool is_up(const sphere::UnitVector& body, const ephemeris::HorizonFrame::At& now) {
  return ephemeris::to_horizon(now.icrs_to_horizon, body).z > 0.0;
}

/// Visits of a field's pointings over all visits.
double share_so_far(const DeepField& field, const Features& done) {
  std::int64_t visits = 0;
  for (const char* pointing : {"", "_a", "_b"}) {
    const auto found = done.target_visits.find(field.name + pointing);
    if (found != done.target_visits.end()) visits += found->second;
  }
  return done.count == 0 ? 0.0 : static_cast<double>(visits) / static_cast<double>(done.count);
}

/// The night's deepest time at which a sequence can begin and end.
std::optional<double> best_time(const Setting& setting, const DeepField& field,
                                const ephemeris::Night& night) {
  const auto dark = night.below18();
  if (!dark) return std::nullopt;
  const PointingLimits& limits = setting.strategy.limits;
  const auto band =
      static_cast<std::size_t>(band_index(setting.instrument, field.depth_band, field.name));
  const ephemeris::HorizonFrame frame(setting.observatory, night.noon, night.next_noon);
  const sphere::UnitVector direction = direction_of(field.ra_deg, field.dec_deg);
  const double length = sequence_days(setting, field);
  const auto altitude_at = [&](const ephemeris::HorizonFrame::At& now) {
    return ephemeris::horizontal(ephemeris::to_horizon(now.icrs_to_horizon, direction))
        .altitude.degrees();
  };
  std::optional<double> best;
  double best_depth = field.depth_limit;
  for (double t = dark->begin.mjd(); t + length <= dark->end.mjd(); t += kStep) {
    const auto now = frame.at(time::Tai::from_mjd(t));
    const double hour_angle = (now.local_sidereal_time - sphere::Angle::from_degrees(field.ra_deg))
                                  .wrapped_around_zero()
                                  .hours();
    const double altitude = altitude_at(now);
    if (std::abs(hour_angle) > field.hour_angle_max_h || altitude < limits.min_altitude_deg)
      continue;
    if (dot(direction, now.moon) > std::cos(limits.moon_distance_deg * kDegree)) continue;
    const auto at_end = frame.at(time::Tai::from_mjd(t + length));
    if (altitude_at(at_end) < limits.min_altitude_deg) continue;
    if (field.moon_down && (is_up(now.moon, now) || is_up(at_end.moon, at_end))) continue;
    const double airmass = ephemeris::airmass(sphere::Angle::from_degrees(altitude));
    const instrument::Band& properties = setting.instrument.bands[band];
    const double depth = instrument::five_sigma_depth(
        properties, {setting.night_sky.magnitude(band, sky::sky_point(now, direction),
                                                 sky::night_sky_state(now)),
                     instrument::fwhm_eff(kNominalSeeing, airmass, properties.wavelength_nm),
                     setting.exposure_s(static_cast<int>(band)), airmass,
                     setting.exposures(static_cast<int>(band))});
    if (depth < best_depth) continue;
    best_depth = depth;
    best = t;
  }
  return best;
}

/// The Sun's distance in right ascension past the field, in turns from the survey's first season:
/// its whole part numbers the season.
double season_phase(const Setting& setting, const DeepField& field, const ephemeris::Night& night) {
  // The Sun's right ascension by its mean motion is within 10 minutes of arc of time: enough to
  // tell which nights are in season.
  const double days = night.midnight.mjd() - 51544.5;
  const double mean = (280.460 + 0.9856474 * days) * kDegree;
  const double anomaly = (357.528 + 0.9856003 * days) * kDegree;
  const double longitude =
      mean + (1.915 * std::sin(anomaly) + 0.020 * std::sin(2.0 * anomaly)) * kDegree;
  const double ra = std::atan2(0.91748 * std::sin(longitude), std::cos(longitude)) / kDegree;
  // Unwrap by the mean longitude.
  const double turns = std::round((mean / kDegree - ra) / 360.0);
  const double start = 280.460 + 0.9856474 * (setting.strategy.start_mjd - 51544.5);
  return (ra + 360.0 * turns - field.ra_deg) / 360.0 - std::floor(start / 360.0) + 2.0;
}

void plan_season(const Setting& setting, std::size_t field_number,
                 std::span<const ephemeris::Night* const> nights, double whole_season,
                 std::vector<DeepSession>& out) {
  const DeepField& field = setting.strategy.deep.fields[field_number];
  std::vector<std::optional<double>> times;
  for (const ephemeris::Night* night : nights) times.push_back(best_time(setting, field, *night));
  const double share = static_cast<double>(nights.size()) / whole_season;
  const auto wanted =
      static_cast<std::size_t>(std::lround(std::min(1.0, share) * field.sequences_a_season));
  for (std::size_t j = 0; j < wanted; ++j) {
    const auto ideal = static_cast<std::ptrdiff_t>((static_cast<double>(j) + 0.5) *
                                                   static_cast<double>(nights.size()) /
                                                   static_cast<double>(wanted));
    for (std::ptrdiff_t away = 0; away < static_cast<std::ptrdiff_t>(nights.size()); ++away) {
      bool found = false;
      for (const std::ptrdiff_t i : {ideal - away, ideal + away}) {
        if (i < 0 || i >= static_cast<std::ptrdiff_t>(nights.size())) continue;
        auto& time = times[static_cast<std::size_t>(i)];
        if (!time) continue;
        out.push_back({field_number, nights[static_cast<std::size_t>(i)]->number, *time});
        time.reset();
        found = true;
        break;
      }
      if (found) break;
    }
  }
}

}  // namespace

std::vector<DeepSession> plan_deep_sessions(const Setting& setting,
                                            std::span<const ephemeris::Night> nights) {
  std::vector<DeepSession> out;
  for (std::size_t f = 0; f < setting.strategy.deep.fields.size(); ++f) {
    const DeepField& field = setting.strategy.deep.fields[f];
    const double whole = 365.25 * (1.0 - 2.0 * field.season_gap);
    std::vector<const ephemeris::Night*> season;
    double number = -1e9;
    const auto finish = [&] {
      if (!season.empty()) plan_season(setting, f, season, whole, out);
      season.clear();
    };
    for (const ephemeris::Night& night : nights) {
      const double phase = season_phase(setting, field, night);
      if (std::floor(phase) != number) finish();
      number = std::floor(phase);
      const double within = phase - number;
      if (within >= field.season_gap && within <= 1.0 - field.season_gap) season.push_back(&night);
    }
    finish();
  }
  std::sort(out.begin(), out.end(), [](const DeepSession& a, const DeepSession& b) {
    return a.begin_mjd != b.begin_mjd ? a.begin_mjd < b.begin_mjd : a.field < b.field;
  });
  return out;
}

DeepDriller::DeepDriller(const Setting& setting, std::span<const ephemeris::Night> nights)
    : tier_(setting.strategy.deep.tier),
      tolerance_(setting.strategy.deep.tolerance_minutes / 1440.0),
      sessions_(plan_deep_sessions(setting, nights)) {}

void DeepDriller::begin_night(const Setting& setting, const Tonight& tonight,
                              const Features& done) {
  tonight_.clear();
  for (const DeepSession& s : sessions_) {
    const DeepField& field = setting.strategy.deep.fields[s.field];
    if (s.night != tonight.number) continue;
    if (field.share > 0.0 && share_so_far(field, done) > field.share) continue;
    tonight_.push_back(s);
  }
}

double DeepDriller::next_scheduled_mjd(double mjd) const {
  for (const DeepSession& s : tonight_)
    if (s.begin_mjd + tolerance_ >= mjd) return s.begin_mjd;
  return 1e9;
}

std::optional<double> DeepDriller::offer(const Situation& now) {
  while (!tonight_.empty() && tonight_.front().begin_mjd + tolerance_ < now.telescope.mjd)
    tonight_.erase(tonight_.begin());
  if (tonight_.empty() || tonight_.front().begin_mjd > now.telescope.mjd) return std::nullopt;
  return 1.0;
}

std::vector<Request> DeepDriller::take(const Situation& now) {
  const DeepSession session = tonight_.front();
  tonight_.erase(tonight_.begin());
  const Setting& setting = now.setting;
  const DeepField& field = setting.strategy.deep.fields[session.field];
  auto random = RandomStream::for_unit(
      setting.seed, {now.tonight.number, static_cast<std::int64_t>(session.field)}, "deep");
  const sphere::Angle away =
      sphere::Angle::from_degrees(field.dither_deg * std::sqrt(random.uniform()));
  const sphere::Angle towards = sphere::Angle::from_degrees(360.0 * random.uniform());
  const double rotator =
      random.uniform(-1.0, 1.0) * setting.strategy.deep.rotator_range_deg * kDegree;
  const auto dithered = [&](double ra, double dec) {
    return sphere::unit_vector(
        sphere::offset(sphere::SkyPosition::from_degrees(ra, dec), towards, away));
  };
  const bool partner = field.partner_ra_deg >= 0.0;
  const sphere::UnitVector first = dithered(field.ra_deg, field.dec_deg);
  const sphere::UnitVector second =
      partner ? dithered(field.partner_ra_deg, field.partner_dec_deg) : first;

  std::vector<Request> out;
  const double latest = session.begin_mjd + 2.0 * tolerance_ + 1.5 * sequence_days(setting, field);
  const auto add = [&](std::size_t i) {
    const int band = band_index(setting.instrument, field.bands[i], field.name);
    if (now.tonight.mounted[static_cast<std::size_t>(band)] == 0) return;
    for (int n = 0; n < static_cast<int>(field.visits[i]); ++n) {
      const bool other = partner && n % 2 == 1;
      Request r;
      r.direction = other ? second : first;
      r.band = band;
      r.exposures = setting.exposures(band);
      r.exposure_s = setting.exposure_s(band);
      r.rotator = rotator;
      r.latest_mjd = latest;
      r.balance = false;
      r.deep = true;
      r.target = field.name + (partner ? (other ? "_b" : "_a") : "");
      r.note = "DD:" + r.target;
      r.reason = "ddf_" + field.name;
      out.push_back(std::move(r));
    }
  };
  // The filter in the beam goes first, the others in the field's order.
  const auto in_beam = [&](std::size_t i) {
    return band_index(setting.instrument, field.bands[i], field.name) == now.telescope.mount.band;
  };
  for (std::size_t i = 0; i < field.bands.size(); ++i)
    if (in_beam(i)) add(i);
  for (std::size_t i = 0; i < field.bands.size(); ++i)
    if (!in_beam(i)) add(i);
  return out;
}

}  // namespace skywright::schedule
