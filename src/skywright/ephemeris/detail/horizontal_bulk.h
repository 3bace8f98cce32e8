/// From ICRS to altitude and azimuth, eight stars at a time.
#pragma once

#include <array>
#include <span>

#include "skywright/ephemeris/vector.h"

namespace skywright::ephemeris::detail {

/// What of one instant and place the loop needs.
struct HorizonFrame {
  Vector sun_to_observer;  ///< unit vector
  double sun_distance = 1.0;
  Vector velocity;              ///< of the observer, barycentric, in units of the speed of light
  double inverse_lorenz = 1.0;  ///< sqrt(1 - v^2)
  std::array<double, 9> to_meridian{};  ///< GCRS to axes: pole of the Earth, local meridian
  double diurnal_aberration = 0.0;
  double sin_latitude = 0.0;
  double cos_latitude = 1.0;
  double refraction_a = 0.0;  ///< A tan z + B tan^3 z [rad]
  double refraction_b = 0.0;
};

/// All in degrees. @pre all spans of one length
void horizontal(const HorizonFrame& frame, std::span<const double> ra, std::span<const double> dec,
                std::span<double> azimuth, std::span<double> altitude);

}  // namespace skywright::ephemeris::detail
