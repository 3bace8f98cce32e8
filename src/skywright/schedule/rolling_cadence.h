/// Rolling cadence: stripes of the wide survey take turns, so that in its year a stripe is visited
/// often enough to follow what varies, and all have had the same after each cycle.
///
///     const RollingCadence rolling(config, footprint, sun_ra_at_start);
///     rolling.coverage(days, wanted);      // times the footprint's weight: visits wanted by then
///
/// After rubin_scheduler's `make_rolling_footprints` (Naghib et al. 2019, AJ 157, 151, for the
/// scheduler; PSTN-053 for the cadence): within each galactic hemisphere, twice as many stripes of
/// declination as take turns, of equal area.
#pragma once

#include <span>
#include <vector>

#include "skywright/base/fields.h"
#include "skywright/schedule/footprint.h"
#include "skywright/sphere/angle.h"

namespace skywright::schedule {

struct RollingConfig {
  int stripes = 2;         ///< that take turns; 1: none do
  double strength = 0.9;   ///< share of a resting stripe's visits that goes to the active one
  int constant_first = 2;  ///< seasons before the first cycle, at least 1 for templates
  int cycles = 3;          ///< of as many seasons as stripes; then all alike again
  int first_stripe = 1;    ///< which is active first, from 0
};
void describe(Fields& fields, RollingConfig& config);
/// @throws ConfigError for a field out of range, or a first stripe that does not exist
void validate(const RollingConfig& config);

class RollingCadence {
 public:
  /// Rolling regions: wide, Magellanic Clouds, Virgo. @param sun_ra at the survey's first night
  RollingCadence(const RollingConfig& config, const Footprint& footprint, sphere::Angle sun_ra);

  /// Seasons' worth of visits that each pixel should have by then: rises by `multiplier` over the
  /// half year in which the pixel stands opposite the Sun, and rests in the other.
  /// @param days since the survey's first night; @pre out holds one a pixel
  void coverage(double days, std::span<float> out) const;

  /// How many times its average share a pixel should get in the season that it is in, or comes to.
  [[nodiscard]] double multiplier(std::size_t pixel, double days) const;
  /// The turn that a pixel is in, from 0; -1 where it does not roll.
  [[nodiscard]] int stripe(std::size_t pixel) const { return stripe_[pixel]; }

 private:
  [[nodiscard]] double season_multiplier(int stripe, long season) const;
  [[nodiscard]] double covered(std::size_t pixel, double days) const;

  RollingConfig config_;
  std::vector<signed char> stripe_;
  std::vector<float> phase_;  ///< [day] since the pixel's season before the survey began
};

}  // namespace skywright::schedule
