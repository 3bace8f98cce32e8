#include "skywright/schedule/rolling_cadence.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/sphere/frames.h"
#include "skywright/sphere/healpix.h"

namespace skywright::schedule {
namespace {

constexpr double kYear = 365.25;  // [day]

bool rolls(Region region) {
  return region == Region::wide || region == Region::magellanic || region == Region::virgo;
}

/// Pixels from north to south, those of a ring by right ascension, cut into 2n parts of equal
/// count; parts n apart take the same turn.
void cut_into_stripes(std::vector<std::pair<sphere::UnitVector, std::size_t>> pixels, int stripes,
                      std::vector<signed char>& stripe) {
  std::vector<double> ra(stripe.size(), 0.0);
  for (const auto& [v, i] : pixels) ra[i] = sphere::sky_position(v).ra.radians();
  std::sort(pixels.begin(), pixels.end(), [&](const auto& a, const auto& b) {
    // Pixels of one ring may differ by rounding.
    if (std::abs(a.first.z - b.first.z) > 1e-9) return a.first.z > b.first.z;
    return ra[a.second] < ra[b.second];
  });
  const std::size_t parts = 2 * static_cast<std::size_t>(stripes);
  for (std::size_t part = 0; part < parts; ++part) {
    const std::size_t begin = pixels.size() * part / parts;
    const std::size_t end = pixels.size() * (part + 1) / parts;
    for (std::size_t k = begin; k < end; ++k)
      stripe[pixels[k].second] = static_cast<signed char>(part % static_cast<std::size_t>(stripes));
  }
}

}  // namespace

void describe(Fields& f, RollingConfig& c) {
  f.whole("stripes", c.stripes, "number of stripes that take turns; 1: no rolling",
          {.low = 1, .high = 12});
  f.number("strength", c.strength, "share of a resting stripe's visits that goes to the active one",
           {.low = 0.0, .high = 1.0});
  f.whole("constant_first", c.constant_first, "seasons of even coverage before the first cycle",
          {.low = 1, .high = 100});
  f.whole("cycles", c.cycles, "number of cycles, each of as many seasons as there are stripes",
          {.low = 0, .high = 100});
  f.whole("first_stripe", c.first_stripe, "stripe that is active first, counted from 0",
          {.low = 0});
}

void validate(const RollingConfig& c) {
  check_fields(c);
  if (c.first_stripe >= std::max(c.stripes, 2))
    throw ConfigError(fmt::format("rolling.first_stripe = {}", c.first_stripe),
                      fmt::format("there are {} stripes, counted from 0", c.stripes),
                      "name one of them");
}

RollingCadence::RollingCadence(const RollingConfig& config, const Footprint& footprint,
                               sphere::Angle sun_ra)
    : config_(config), stripe_(footprint.region.size(), -1), phase_(footprint.region.size()) {
  validate(config);
  const auto to_galactic = sphere::icrs_to_galactic();
  std::vector<std::pair<sphere::UnitVector, std::size_t>> north;
  std::vector<std::pair<sphere::UnitVector, std::size_t>> south;
  for (std::size_t i = 0; i < stripe_.size(); ++i) {
    const sphere::Direction<sphere::Icrs> d{
        sphere::healpix::centre(static_cast<std::int64_t>(i), footprint.order)};
    // A season begins a quarter of a turn before the pixel meets the Sun.
    const sphere::Angle phase =
        (sun_ra - d.longitude() + sphere::Angle::from_degrees(90.0)).wrapped();
    phase_[i] = static_cast<float>(phase.degrees() / 360.0 * kYear);
    if (!rolls(footprint.region[i]) || config.stripes < 2) continue;
    ((to_galactic * d).v.z >= 0.0 ? north : south).emplace_back(d.v, i);
  }
  if (config.stripes < 2) return;
  cut_into_stripes(std::move(north), config.stripes, stripe_);
  cut_into_stripes(std::move(south), config.stripes, stripe_);
}

double RollingCadence::season_multiplier(int stripe, long season) const {
  const long since = season - config_.constant_first;
  const long stripes = config_.stripes;
  if (stripe < 0 || since < 0 || since >= stripes * config_.cycles) return 1.0;
  const double resting = 1.0 - config_.strength;
  const bool active = since % stripes == (config_.first_stripe + stripe) % stripes;
  // What the resting ones give up goes to the active one: the cycle's sum is its length.
  return active ? static_cast<double>(stripes) - resting * static_cast<double>(stripes - 1)
                : resting;
}

double RollingCadence::covered(std::size_t pixel, double days) const {
  // The first half of a season's year lies about the Sun; in the second the pixel is observed.
  const double since = days / kYear;
  const double whole = std::floor(since);
  double sum = 0.0;
  for (long k = 1; k <= static_cast<long>(whole); ++k) sum += season_multiplier(stripe_[pixel], k);
  const double ramp = std::max(0.0, 2.0 * (since - whole) - 1.0);
  return sum + ramp * season_multiplier(stripe_[pixel], static_cast<long>(whole) + 1);
}

double RollingCadence::multiplier(std::size_t pixel, double days) const {
  const double t = days + static_cast<double>(phase_[pixel]);
  return season_multiplier(stripe_[pixel], static_cast<long>(std::floor(t / kYear)) + 1);
}

void RollingCadence::coverage(double days, std::span<float> out) const {
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double phase = static_cast<double>(phase_[i]);
    out[i] = static_cast<float>(covered(i, days + phase) - covered(i, phase));
  }
}

}  // namespace skywright::schedule
