/// Magnitudes in the six bands of the survey, of which other filters take the nearest.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

#include "skywright/instrument/instrument.h"

namespace skywright::sky {

inline constexpr std::size_t kBands = 6;
inline constexpr std::array<const char*, kBands> kBandNames = {"u", "g", "r", "i", "z", "y"};
/// Effective wavelengths of LSST's filters [nm].
inline constexpr std::array<double, kBands> kBandWavelengths = {372.4, 480.7, 622.1,
                                                                755.9, 868.0, 975.3};
using Magnitudes = std::array<double, kBands>;  ///< AB, in the order of kBandNames

/// By name where it is one of ugrizy, else by effective wavelength.
std::size_t band_index(const instrument::Band& band);

inline double flux_njy(double magnitude) { return std::pow(10.0, -0.4 * (magnitude - 31.4)); }
inline double ab_magnitude(double njy) { return 31.4 - 2.5 * std::log10(njy); }

}  // namespace skywright::sky
