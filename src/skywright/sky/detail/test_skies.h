/// Skies and directions that tests of the night sky share.
#pragma once

#include <cmath>
#include <numbers>
#include <span>
#include <vector>

#include "skywright/sky/night_sky.h"

namespace skywright::sky::test {

inline constexpr double kDegree = std::numbers::pi / 180.0;

inline sphere::UnitVector towards(double altitude_deg, double azimuth_deg) {
  const double level = std::cos(altitude_deg * kDegree);
  return {level * std::cos(azimuth_deg * kDegree), level * std::sin(azimuth_deg * kDegree),
          std::sin(altitude_deg * kDegree)};
}

/// Bands of bare wavelengths, so that the model's own dark sky is used.
inline NightSky sky_at(std::span<const double> wavelengths_nm, double height_m) {
  std::vector<instrument::Band> bands;
  for (const double nm : wavelengths_nm) {
    instrument::Band b;
    b.name = "b";
    b.wavelength_nm = nm;
    bands.push_back(b);
  }
  return NightSky(bands, height_m);
}

}  // namespace skywright::sky::test
