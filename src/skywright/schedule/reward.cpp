#include "skywright/schedule/reward.h"

#include <algorithm>
#include <cmath>

#include "skywright/base/vector_clones.h"

namespace skywright::schedule {
namespace {

constexpr double kSlewUnit = 135.0;   ///< [s]
constexpr float kSharpWanted = 3.0F;  ///< sharp images a season
/// Worst depth that counts as good seeing: half a magnitude below the dark sky at 0.7 arcsec, whose
/// distance from Conditions' reference is 2.5 log10(1.3 / 0.7).
constexpr float kSharpDepth = 0.672F - 0.5F;

SKYWRIGHT_VECTOR_CLONES
void add_two(std::span<const float> a, std::span<const float> b, std::span<const float> common,
             float half, float constant, std::span<float> out) {
  for (std::size_t k = 0; k < out.size(); ++k) out[k] = half * (a[k] + b[k]) + common[k] + constant;
}

void rate_band(const Situation& now, const Weights& weights, std::size_t b, bool with_footprint,
               std::vector<float>& out) {
  const Conditions& sky = now.sky;
  const auto& share = now.target.share()[b];
  const auto& wanted = now.target.wanted()[b];
  const auto& visits = now.done.visits[b];
  const auto& name = now.setting.instrument.bands[b].name;
  const bool sharp_band = name == "g" || name == "r" || name == "i";
  const auto depth = static_cast<float>(weights.depth);
  const auto footprint = static_cast<float>(weights.footprint);
  // Worth per band at half weight in pairs, so twice the weight here: as published, it does not
  // share with the second band.
  const auto sharp = static_cast<float>(weights.good_seeing);
  const auto total = static_cast<float>(now.done.total);
  const auto season = static_cast<float>(weights.season);
  const auto long_ago = static_cast<float>(now.telescope.mjd - kSeasonDays);
  out.resize(sky.pixel.size());
  for (std::size_t k = 0; k < out.size(); ++k) {
    const auto p = static_cast<std::size_t>(sky.pixel[k]);
    if (with_footprint && wanted[p] == 0) {
      out[k] = kMasked;
      continue;
    }
    out[k] = depth * sky.depth[b][k] + footprint * (share[p] * total - visits[p]);
    if (season != 0.0F && now.done.latest[b][p].front() < long_ago)
      out[k] += season * now.tonight.season_gone[p];
    if (!sharp_band || sharp == 0.0F || sky.depth[b][k] < kSharpDepth) continue;
    const double fwhm = sky.fwhm_zenith[b] * std::pow(static_cast<double>(sky.airmass[k]), 0.6);
    if (fwhm > kSharpSeeing) continue;
    const bool this_season = now.done.sharp_season[b][p] == now.tonight.season[p];
    if (!this_season || now.done.sharp[b][p] < kSharpWanted) out[k] += 2.0F * sharp;
  }
}

}  // namespace

BandRewards band_rewards(const Situation& now, const Weights& weights,
                         std::span<const std::uint8_t> bands, std::span<const std::uint8_t> mask,
                         bool with_footprint) {
  const Conditions& sky = now.sky;
  BandRewards out;
  out.band.resize(bands.size());
  for (std::size_t b = 0; b < bands.size(); ++b)
    if (bands[b] != 0) rate_band(now, weights, b, with_footprint, out.band[b]);
  out.common.resize(sky.pixel.size());
  const auto repeat = static_cast<float>(weights.repeat);
  const auto airmass = static_cast<float>(weights.airmass);
  const auto hour_angle = static_cast<float>(weights.hour_angle);
  const auto shadow = static_cast<float>(weights.cloud_shadow);
  const double recent = now.telescope.mjd - weights.repeat_hours / 24.0;
  for (std::size_t k = 0; k < out.common.size(); ++k) {
    const auto p = static_cast<std::size_t>(sky.pixel[k]);
    float value = mask[k] == 0 ? kMasked : 0.0F;
    if (now.done.last_mjd[p] > recent) value += repeat;
    if (sky.clouded[k] != 0) value -= shadow;
    value -= airmass * (sky.airmass[k] - 1.0F) + hour_angle * std::abs(sky.hour_angle[k]);
    out.common[k] = value;
  }
  out.slew.resize(sky.pixel.size());
  now.setting.slew.slew_seconds(now.telescope.mount, sky.altitude, sky.azimuth, out.slew);
  const auto slew = static_cast<float>(weights.slew / kSlewUnit);
  for (std::size_t k = 0; k < out.slew.size(); ++k) {
    if (!std::isfinite(out.slew[k])) out.common[k] = kMasked;
    out.slew[k] = std::isfinite(out.slew[k]) ? -slew * out.slew[k] : 0.0F;
  }
  return out;
}

double free_to_use(const Situation& now, int band) {
  constexpr double kLag = 10.0 / 1440.0;  // [day]
  const TelescopeState& t = now.telescope;
  if (t.mount.band == band || !t.any_visit || t.last_deep) return 1.0;
  if (t.mjd - t.last_mjd > kLag) return 1.0;
  if (now.sky.moon_altitude * t.last_moon_altitude < 0.0) return 1.0;
  return (now.sky.sun_altitude + 18.0) * (t.last_sun_altitude + 18.0) < 0.0 ? 1.0 : 0.0;
}

BestReward best_reward(const Situation& now, const BandRewards& rewards, int first,
                       std::optional<int> second, float constant, std::vector<float>& map) {
  const auto& a = rewards.band[static_cast<std::size_t>(first)];
  const auto& b = rewards.band[static_cast<std::size_t>(second.value_or(first))];
  map.resize(a.size());
  add_two(a, b, rewards.common, 0.5F, constant, map);
  if (now.telescope.mount.band == first)
    for (std::size_t k = 0; k < map.size(); ++k) map[k] += rewards.slew[k];
  BestReward best;
  for (std::size_t k = 0; k < map.size(); ++k)
    if (map[k] > best.reward) best = {map[k], k};
  if (masked(best.reward)) best.reward = kMasked;
  return best;
}

}  // namespace skywright::schedule
