#include "skywright/schedule/area_survey.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "skywright/schedule/block_growth.h"
#include "skywright/schedule/tour.h"
#include "skywright/sphere/healpix.h"

namespace skywright::schedule {
namespace {

constexpr double kDegree = std::numbers::pi / 180.0;
constexpr double kMinute = 1.0 / 1440.0;  ///< [day]
constexpr double kPairPad = 5.0;          ///< [min] that limits must hold beyond a pair's time
constexpr double kFlush = 30.0;           ///< [min] that a block may run late
constexpr double kBeforeSequence = 2.5;   ///< [min] left free before a planned sequence

bool twice(AreaKind kind) { return kind == AreaKind::pairs || kind == AreaKind::triplets; }

}  // namespace

AreaSurveyor::AreaSurveyor(const AreaSurvey& survey, const Setting& setting)
    : survey_(survey), dark_band_(setting.bands(), 0) {
  for (const std::string& text : survey_.bands) {
    pairs_.push_back(band_pair(setting.instrument, text, survey_.name));
    std::string label;
    for (const char c : text)
      if (c != '+') label += c;
    labels_.push_back(label);
  }
  for (const std::string& name : survey_.dark_bands)
    dark_band_[static_cast<std::size_t>(band_index(setting.instrument, name, survey_.name))] = 1;
}

void AreaSurveyor::begin_night(const Setting& setting, const Tonight& tonight,
                               const Features& done) {
  (void)done;
  (void)setting;
  const bool chosen =
      (tonight.number - 1) % survey_.night_every == survey_.night_offset % survey_.night_every;
  tonight_ = (survey_.night_every == 1 || chosen != survey_.night_skip) &&
             (survey_.last_night == 0 || tonight.number <= survey_.last_night);
  begun_tonight_ = false;
  followups_.clear();
}

/// Minutes until the block must be over: the survey's part of the night, or a planned sequence.
double AreaSurveyor::free_minutes(const Situation& now) const {
  const bool dark = survey_.sun_altitude_max_deg <= -18.0;
  double end = now.tonight.end_mjd;
  if (dark) {
    end = now.tonight.dark_end_mjd;
  } else if (now.telescope.mjd < now.tonight.dark_begin_mjd && survey_.kind != AreaKind::singles) {
    end = now.tonight.dark_begin_mjd;
  }
  end = std::min(end, now.next_scheduled_mjd - kBeforeSequence * kMinute);
  return (end - now.telescope.mjd) / kMinute;
}

bool AreaSurveyor::open(const Situation& now) const {
  if (!tonight_ || (survey_.once_a_night && begun_tonight_)) return false;
  const double sun = now.sky.sun_altitude;
  if (sun > survey_.sun_altitude_max_deg) return false;
  const double before_dawn = (now.tonight.end_mjd - now.telescope.mjd) / kMinute;
  const bool near_dawn =
      survey_.minutes_before_dawn > 0.0 && before_dawn < survey_.minutes_before_dawn;
  if (sun < survey_.sun_altitude_min_deg && !near_dawn) return false;
  if ((now.telescope.mjd - now.tonight.dark_begin_mjd) / kMinute < survey_.minutes_after_dusk &&
      survey_.minutes_after_dusk > 0.0)
    return false;
  if (survey_.kind == AreaKind::singles) return free_minutes(now) > 0.5;
  if (now.next_scheduled_mjd - now.telescope.mjd <
      now.setting.strategy.deep.respect_minutes * kMinute)
    return false;
  const double passes = twice(survey_.kind) ? 2.0 : 1.0;
  if (survey_.kind == AreaKind::quads) return free_minutes(now) > 4.0;
  // Before the evening's darkness a block shrinks to fit (rubin_scheduler's BlobSurvey
  // in_twilight).
  const bool evening =
      survey_.sun_altitude_max_deg > -18.0 && now.telescope.mjd < now.tonight.dark_begin_mjd;
  const double free =
      evening ? (now.tonight.end_mjd - now.telescope.mjd) / kMinute : free_minutes(now);
  return free >= passes * survey_.block_minutes;
}

bool AreaSurveyor::band_open(const Situation& now, int band) const {
  const auto b = static_cast<std::size_t>(band);
  return now.tonight.mounted[b] != 0 && (dark_band_[b] == 0 || now.sky.moon_altitude < -5.0);
}

std::vector<std::uint8_t> AreaSurveyor::mask(const Situation& now) const {
  const Conditions& sky = now.sky;
  const double lasts = survey_.kind == AreaKind::singles ? 5.0
                       : twice(survey_.kind)             ? 2.0 * survey_.block_minutes + kPairPad
                                                         : survey_.block_minutes + kPairPad;
  std::vector<std::uint8_t> out = sky.stays_within(now.tonight, lasts, survey_.max_altitude_deg);
  const auto latitude = static_cast<float>(survey_.ecliptic_latitude_max_deg * kDegree);
  const auto least = static_cast<float>(std::cos(survey_.elongation_max_deg * kDegree));
  const double sun_azimuth =
      ephemeris::horizontal(ephemeris::to_horizon(sky.now.icrs_to_horizon, sky.now.sun))
          .azimuth.radians();
  for (std::size_t k = 0; k < out.size(); ++k) {
    const auto p = static_cast<std::size_t>(sky.pixel[k]);
    const double ha = static_cast<double>(sky.hour_angle[k]);
    const bool fits =
        ha >= survey_.hour_angle_from_h && ha <= survey_.hour_angle_to_h &&
        std::abs(ha) >= survey_.hour_angle_beyond_h &&
        static_cast<double>(sky.airmass[k]) <= survey_.airmass_max && sky.sun_cosine[k] >= least &&
        std::abs(now.setting.pixels.ecliptic_latitude[p]) <= latitude &&
        (!survey_.sunward || std::cos(static_cast<double>(sky.azimuth[k]) - sun_azimuth) > 0.0);
    if (!fits) out[k] = 0;
  }
  return out;
}

/// The survey's mask with the limits on seeing and on visits wanted in one band.
std::vector<std::uint8_t> AreaSurveyor::band_mask(const Situation& now, int band,
                                                  std::span<const std::uint8_t> mask) const {
  std::vector<std::uint8_t> out(mask.begin(), mask.end());
  const auto b = static_cast<std::size_t>(band);
  const Conditions& sky = now.sky;
  for (std::size_t k = 0; k < out.size(); ++k) {
    const auto p = static_cast<std::size_t>(sky.pixel[k]);
    const double fwhm = sky.fwhm_zenith[b] * std::pow(static_cast<double>(sky.airmass[k]), 0.6);
    if (fwhm > survey_.seeing_max_arcsec ||
        (survey_.visits_wanted > 0 &&
         (now.done.templates[b][p] >= static_cast<float>(survey_.visits_wanted) ||
          now.done.tonight[p] > 0)))
      out[k] = 0;
  }
  return out;
}

bool AreaSurveyor::wide_enough(const Situation& now, std::size_t slot) const {
  if (survey_.area_deg2 <= 0.0) return true;
  const auto& centre = now.setting.pixels.centre;
  const double least = std::cos(survey_.reach_deg * kDegree);
  const auto& peak = centre[static_cast<std::size_t>(now.sky.pixel[slot])];
  double area = 0.0;
  for (std::size_t k = 0; k < best_map_.size(); ++k)
    if (!masked(best_map_[k]) &&
        dot(centre[static_cast<std::size_t>(now.sky.pixel[k])], peak) >= least)
      area += 1.0;
  area *= sphere::healpix::pixel_area(now.setting.pixels.order) / (kDegree * kDegree);
  return area >= survey_.area_deg2;
}

std::optional<double> AreaSurveyor::offer(const Situation& now) {
  offer_followup_ = false;
  for (const Followup& f : followups_) {
    if (now.telescope.mjd >= f.ready_mjd && now.telescope.mjd <= f.late_mjd) {
      offer_followup_ = true;
      return 1e6;
    }
  }
  if (!open(now)) return std::nullopt;
  std::vector<std::uint8_t> bands(now.setting.bands(), 0);
  for (const BandPair& pair : pairs_) {
    if (!band_open(now, pair.first) ||
        now.tonight.mounted[static_cast<std::size_t>(pair.second.value_or(pair.first))] == 0)
      continue;
    bands[static_cast<std::size_t>(pair.first)] = 1;
    bands[static_cast<std::size_t>(pair.second.value_or(pair.first))] = 1;
  }
  const std::vector<std::uint8_t> all = mask(now);
  BandRewards rewards =
      band_rewards(now, survey_.weights, bands, all, survey_.kind != AreaKind::quads);
  const bool own_mask = survey_.seeing_max_arcsec < 50.0 || survey_.visits_wanted > 0;
  best_ = {};
  std::vector<float> map;
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    const BandPair& pair = pairs_[i];
    if (bands[static_cast<std::size_t>(pair.first)] == 0 || !band_open(now, pair.first) ||
        bands[static_cast<std::size_t>(pair.second.value_or(pair.first))] == 0)
      continue;
    const double stay = free_to_use(now, pair.first);
    const auto constant = static_cast<float>(survey_.weights.stay * stay);
    BestReward best = best_reward(now, rewards, pair.first, pair.second, constant, map);
    if (own_mask) {
      const auto open_slots = band_mask(now, pair.first, all);
      best = {};
      for (std::size_t k = 0; k < map.size(); ++k) {
        if (open_slots[k] == 0) map[k] = kMasked;
        if (map[k] > best.reward) best = {map[k], k};
      }
    }
    if (masked(best.reward) || best.reward <= best_.reward) continue;
    best_ = best;
    best_pair_ = i;
    best_map_.swap(map);
  }
  if (masked(best_.reward) || !wide_enough(now, best_.slot)) return std::nullopt;
  return static_cast<double>(best_.reward);
}

/// Fields of one pass: as many as its time holds, stretched so that whole blocks fill what is left
/// before twilight or a planned sequence.
std::size_t AreaSurveyor::block_size(const Situation& now) const {
  const BandPair& pair = pairs_[best_pair_];
  const double seconds =
      0.5 * (now.setting.block_seconds(pair.first, survey_.exposure_s) +
             now.setting.block_seconds(pair.second.value_or(pair.first), survey_.exposure_s));
  const double left = free_minutes(now);
  double minutes = survey_.block_minutes;
  if (survey_.kind == AreaKind::quads) {
    minutes = std::min(minutes, left / survey_.repeats);
  } else {
    const double passes = twice(survey_.kind) ? 2.0 : 1.0;
    const double blocks = std::round(left / (passes * minutes));
    if (blocks < 2.0) minutes = std::min(1.5 * minutes, left / (passes * std::max(1.0, blocks)));
  }
  return static_cast<std::size_t>(std::max(1.0, std::floor(minutes * 60.0 / seconds)));
}

Request AreaSurveyor::request(const Situation& now, std::size_t field, int band,
                              const char* pass) const {
  Request r;
  r.direction = now.setting.grid.centre(field, now.tonight.turn);
  r.band = band;
  r.exposures = survey_.exposure_s > 0.0 ? 1 : now.setting.exposures(band);
  r.exposure_s = survey_.exposure_s > 0.0 ? survey_.exposure_s : now.setting.exposure_s(band);
  r.rotator = now.tonight.rotator;
  r.balance = survey_.balance;
  r.airmass_max = survey_.airmass_max;
  r.note = fmt::format("{}, {}{}", survey_.name, labels_[best_pair_], pass);
  r.reason = fmt::format("{}_{}", survey_.name, labels_[best_pair_]);
  return r;
}

std::vector<std::size_t> AreaSurveyor::toured(const Situation& now,
                                              std::vector<std::size_t> fields) const {
  const double middle = now.telescope.mjd + 0.5 * survey_.block_minutes * kMinute;
  const auto at = now.tonight.frame.at(time::Tai::from_mjd(middle));
  const double from_azimuth = now.telescope.mount.azimuth;
  std::vector<TourStop> stops;
  double reference = 0.0;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto h = ephemeris::horizontal(ephemeris::to_horizon(
        at.icrs_to_horizon, now.setting.grid.centre(fields[i], now.tonight.turn)));
    if (i == 0) reference = h.azimuth.radians();
    const double turn = sphere::Angle::from_radians(h.azimuth.radians() - reference)
                            .wrapped_around_zero()
                            .radians();
    stops.push_back({turn, h.altitude.radians()});
  }
  const double start =
      sphere::Angle::from_radians(from_azimuth - reference).wrapped_around_zero().radians();
  std::vector<std::size_t> out;
  for (const std::size_t i : short_tour(stops, {start, now.telescope.mount.altitude}))
    out.push_back(fields[i]);
  return out;
}

void AreaSurveyor::set_followup(const Situation& now, const std::vector<Request>& first) {
  Followup f;
  f.ready_mjd = now.telescope.mjd + survey_.gap_hours_min / 24.0;
  f.late_mjd = now.telescope.mjd + survey_.gap_hours_max / 24.0;
  for (Request r : first) {
    r.note = fmt::format("{}, {}, c", survey_.name, labels_[best_pair_]);
    r.latest_mjd = f.late_mjd;
    f.requests.push_back(std::move(r));
  }
  followups_.push_back(std::move(f));
}

std::vector<Request> AreaSurveyor::take(const Situation& now) {
  if (offer_followup_) {
    for (std::size_t i = 0; i < followups_.size(); ++i) {
      if (now.telescope.mjd < followups_[i].ready_mjd || now.telescope.mjd > followups_[i].late_mjd)
        continue;
      std::vector<Request> requests = std::move(followups_[i].requests);
      followups_.erase(followups_.begin() + static_cast<std::ptrdiff_t>(i));
      return requests;
    }
  }
  begun_tonight_ = true;
  const BandPair& pair = pairs_[best_pair_];
  if (survey_.kind == AreaKind::singles) {
    const auto pixel = static_cast<std::size_t>(now.sky.pixel[best_.slot]);
    return {request(now,
                    now.setting.grid.nearest(now.setting.pixels.centre[pixel], now.tonight.turn),
                    pair.first, "")};
  }
  const std::size_t count = block_size(now);
  const std::vector<std::size_t> fields =
      toured(now, grow_block(now, best_map_, best_.slot, count,
                             sphere::Angle::from_degrees(survey_.reach_deg)));
  const double late = (twice(survey_.kind) ? 2.0 : 1.0) * survey_.block_minutes + kFlush;
  double latest = now.telescope.mjd + late * kMinute;
  latest = std::min(latest, now.next_scheduled_mjd - kBeforeSequence * kMinute);
  std::vector<Request> out;
  const auto pass = [&](int band, const char* name) {
    for (const std::size_t field : fields) {
      out.push_back(request(now, field, band, name));
      out.back().latest_mjd = latest;
    }
  };
  if (twice(survey_.kind)) {
    // The filter in the beam goes first (rubin_scheduler's TakeAsPairsDetailer).
    const int second = pair.second.value_or(pair.first);
    const bool swapped = now.telescope.mount.band == second;
    pass(swapped ? second : pair.first, ", a");
    pass(swapped ? pair.first : second, ", b");
    if (survey_.kind == AreaKind::triplets)
      set_followup(now, {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(fields.size())});
  } else if (survey_.kind == AreaKind::quads) {
    for (int i = 0; i < survey_.repeats; ++i) pass(pair.first, fmt::format(", {}", i).c_str());
  } else {
    pass(pair.first, "");
  }
  return out;
}

}  // namespace skywright::schedule
