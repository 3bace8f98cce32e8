/// The light of the whole Moon against its phase and the wavelength.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

namespace skywright::sky::detail {

/// ln of the disc's albedo by Kieffer & Stone (2005, AJ 129, 2887), eq. 10 and table 4, channels of
/// neighbouring wavelengths averaged (single ones scatter by 5 %), librations and the difference of
/// waxing and waning left out. Measured from 1.55 to 97 degrees, to which the opposition surge of
/// the last degrees belongs; beyond, the polynomial goes on.
class LunarAlbedo {
 public:
  /// @param phase angle at the Moon between Sun and observer [deg]
  static double log_albedo(double wavelength_nm, double phase) {
    std::size_t i = 1;
    while (i + 1 < kChannels.size() && wavelength_nm > kChannels[i].wavelength_nm) ++i;
    const Channel& a = kChannels[i - 1];
    const Channel& b = kChannels[i];
    const double f = std::clamp(
        (wavelength_nm - a.wavelength_nm) / (b.wavelength_nm - a.wavelength_nm), 0.0, 1.0);
    return (1.0 - f) * a.at(phase) + f * b.at(phase);
  }

 private:
  struct Channel {
    double wavelength_nm;
    double a0, a1, a2, a3, d1, d2, d3;
    [[nodiscard]] double at(double phase) const {
      const double g = phase * std::numbers::pi / 180.0;
      return a0 + g * (a1 + g * (a2 + g * a3)) + d1 * std::exp(-phase / 4.06054) +
             d2 * std::exp(-phase / 12.8802) + d3 * std::cos((phase + 30.5858) / 16.7498);
    }
  };
  static constexpr std::array<Channel, 9> kChannels = {
      {{352.6, -2.69718, -1.76418, 0.47568, -0.24446, 0.34030, 0.01526, -0.01299},
       {410.6, -2.37769, -1.72885, 0.42031, -0.21764, 0.35795, -0.04322, -0.00143},
       {441.6, -2.31964, -1.72114, 0.37286, -0.19304, 0.37935, -0.09562, 0.00970},
       {475.9, -2.29145, -1.66097, 0.38542, -0.20933, 0.34355, -0.04874, 0.00139},
       {549.0, -2.12383, -1.64440, 0.35997, -0.19702, 0.37070, -0.10396, 0.00592},
       {687.3, -1.90142, -1.58919, 0.31827, -0.18301, 0.37802, -0.14850, 0.01138},
       {761.3, -1.84142, -1.54687, 0.28147, -0.17110, 0.37641, -0.15989, 0.01614},
       {873.3, -1.74784, -1.59994, 0.36366, -0.19923, 0.39756, -0.19899, 0.00897},
       {936.6, -1.72900, -1.52387, 0.12122, -0.09339, 0.49037, -0.29210, 0.04183}}};
};

/// V magnitude of the Moon by phase angle as Krisciunas & Schaefer (1991, PASP 103, 1033), eq. 9,
/// have it, without the opposition surge.
inline double smooth_lunar_magnitude(double phase) {
  return -12.73 + 0.026 * phase + 4e-9 * phase * phase * phase * phase;
}

/// Magnitude of the Moon less that of sunlight of V 0: Kieffer & Stone's run with phase and
/// wavelength, which at 30 degrees and in V is set to Krisciunas & Schaefer's, since what they
/// measured of scattered light belongs to it (theirs is 7 % brighter; Toledano et al. 2024, Atmos.
/// Chem. Phys. 24, 3649, find Kieffer & Stone's 3 to 5 % too faint).
inline double lunar_magnitude(double wavelength_nm, double phase) {
  constexpr double kMagnitudes = 1.0857362;
  constexpr double kMeeting = 30.0;
  return smooth_lunar_magnitude(kMeeting) -
         kMagnitudes * (LunarAlbedo::log_albedo(wavelength_nm, phase) -
                        LunarAlbedo::log_albedo(551.0, kMeeting));
}

}  // namespace skywright::sky::detail
