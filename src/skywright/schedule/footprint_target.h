/// How many of all visits each place and band should have had by now: the footprint times the
/// rolling cadence.
#pragma once

#include <cstdint>
#include <vector>

#include "skywright/instrument/instrument.h"
#include "skywright/schedule/footprint.h"
#include "skywright/schedule/rolling_cadence.h"
#include "skywright/schedule/sky_pixels.h"

namespace skywright::schedule {

class FootprintTarget {
 public:
  /// Bands are matched by name; one that the footprint lacks is wanted as r.
  /// @param sun_ra  of the Sun at `start_mjd`
  FootprintTarget(const Footprint& footprint, const SkyPixels& pixels,
                  const instrument::Instrument& instrument, const RollingConfig& rolling,
                  double start_mjd, sphere::Angle sun_ra);

  /// Shares of all visits so far; they add up to one over bands and pixels.
  void update(double mjd);
  [[nodiscard]] const std::vector<std::vector<float>>& share() const { return share_; }
  /// Whether a band has any weight there.
  [[nodiscard]] const std::vector<std::vector<std::uint8_t>>& wanted() const { return wanted_; }
  /// Number of a pixel's season; it changes when the Sun passes.
  [[nodiscard]] std::int16_t season(std::size_t pixel, double mjd) const;
  [[nodiscard]] const std::vector<Region>& region() const { return region_; }

 private:
  double start_mjd_;
  RollingCadence rolling_;
  std::vector<float> sun_passes_;           ///< [day] in the year at the start
  std::vector<std::vector<float>> weight_;  ///< [band][pixel]
  std::vector<std::vector<float>> share_;
  std::vector<std::vector<std::uint8_t>> wanted_;
  std::vector<Region> region_;
  std::vector<float> coverage_;
};

}  // namespace skywright::schedule
