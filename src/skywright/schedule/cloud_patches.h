/// Where the clouds of a partly covered sky stand: patches on a flat layer that drift with the
/// wind.
///
///     const CloudPatches patches(config, seed, night);
///     if (patches.covered(mjd, weather.cloud(now), to_horizon(icrs_to_horizon, direction))) ...
///
/// A sum of plane waves on the layer, above a threshold that covers the wanted share of it. The
/// pattern is a function of seed, night and instant alone.
#pragma once

#include <array>
#include <cstdint>

#include "skywright/base/fields.h"
#include "skywright/sphere/direction.h"

namespace skywright::schedule {

/// All three are assumptions. No record of cloud maps is public for the site; of its all-sky camera
/// SMTN-005 says that 5 to 10 % of the time could gain from knowing where the clouds stand.
struct CloudPatchConfig {
  double size = 2.0;  ///< correlation length, in heights of the layer; 0: clouds have no places
  double drift_per_minute = 0.1;  ///< heights of the layer: 10 m/s, 6 km above the telescope
  double extinction = 0.7;        ///< that a visit behind a patch loses [mag]
};
void describe(Fields& fields, CloudPatchConfig& config);

class CloudPatches {
 public:
  CloudPatches() = default;  ///< clear places everywhere
  CloudPatches(const CloudPatchConfig& config, std::uint64_t seed, std::int64_t night);

  /// Whether patches are told apart under this share of cloud: neither a clear nor a closed sky.
  [[nodiscard]] bool matter(double cloud) const {
    return size_ > 0.0 && cloud > 0.0 && cloud < 1.0;
  }
  /// About 0.2 us.
  /// @param cloud  share of the sky under cloud
  /// @param horizon  x north, y east, z up; below 10 degrees as at 10
  [[nodiscard]] bool covered(double mjd, double cloud, const sphere::UnitVector& horizon) const;

 private:
  struct Wave {
    double north = 0.0, east = 0.0, phase = 0.0;  ///< [rad / height], [rad]
  };
  double size_ = 0.0;
  double drift_ = 0.0;  ///< [height / day]
  double towards_north_ = 0.0, towards_east_ = 0.0;
  std::array<Wave, 8> waves_{};
};

}  // namespace skywright::schedule
