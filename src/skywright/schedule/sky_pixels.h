/// The sky cut into HEALPix pixels, with what never changes about each: direction, ecliptic place,
/// neighbours.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "skywright/sphere/direction.h"

namespace skywright::schedule {

struct SkyPixels {
  explicit SkyPixels(int order);

  int order;
  std::size_t count;
  std::vector<sphere::UnitVector> centre;               ///< ICRS
  std::vector<float> ra;                                ///< [rad]
  std::vector<float> dec;                               ///< [rad]
  std::vector<float> ecliptic_longitude;                ///< [rad]
  std::vector<float> ecliptic_latitude;                 ///< [rad]
  std::vector<std::array<std::int32_t, 8>> neighbours;  ///< -1: none

  /// Pixels whose centres lie within `radius` of a direction, and always the one that holds it;
  /// rising. Written over `out`.
  void within(const sphere::UnitVector& at, sphere::Angle radius,
              std::vector<std::int32_t>& out) const;
};

}  // namespace skywright::schedule
