/// The survey's target map: for each HEALPix pixel which region it belongs to, and how many visits
/// it should get in each band relative to the others.
///
///     const Footprint footprint = make_footprint(config.footprint, 5);
///     footprint.weight[2][pixel];      // wanted in r; 1 in the wide survey
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "skywright/schedule/footprint_config.h"

namespace skywright::schedule {

/// Bands that a footprint has weights for.
inline constexpr std::array<std::string_view, 6> kFootprintBands = {"u", "g", "r", "i", "z", "y"};

/// In the order in which they claim pixels.
enum class Region : std::uint8_t {
  none,
  circle,
  magellanic,
  wide,
  virgo,
  bulge,
  ecliptic_north,
  galactic_plane,
  south_pole,
};
inline constexpr int kRegionCount = 9;
std::string_view region_name(Region region);

struct Footprint {
  int order = 0;                             ///< HEALPix, ICRS, NESTED
  std::vector<Region> region;                ///< one a pixel
  std::array<std::vector<float>, 6> weight;  ///< by kFootprintBands, one a pixel; 0: not wanted

  /// [deg2]
  [[nodiscard]] double area(Region of) const;
  /// Part of all visits that a region should get: its weights' sum over that of the whole sky.
  [[nodiscard]] double share(Region of) const;
};

/// About 0.1 s at order 5. @pre 0 <= order <= 8
/// @throws ConfigError as validate(config)
Footprint make_footprint(const FootprintConfig& config, int order);
/// The same with a reddening map [mag] of one's own, one value a pixel of the order.
Footprint make_footprint(const FootprintConfig& config, int order,
                         std::span<const float> reddening);

/// A map averaged with a Gaussian beam [degree], cut off at four of its standard deviations.
std::vector<float> smoothed_map(std::span<const float> map, int order, double fwhm_deg);

}  // namespace skywright::schedule
