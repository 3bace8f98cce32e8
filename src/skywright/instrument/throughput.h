/// What a throughput curve makes of a star of known AB magnitude.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "skywright/instrument/instrument.h"

namespace skywright::instrument {

/// AB magnitude that gives one electron a second: 2.5 log10(A F0 / h * integral of T / lambda),
/// F0 = 3631 Jy, by trapezoids on the band's own wavelengths (Oke & Gunn 1983, ApJ 266, 713).
/// @param area_m2 collecting area [m2]
/// @pre band.throughput holds at least two values
double ab_zero_point(const Band& band, double area_m2);

/// Integral of T lambda over integral of T [nm].
/// @pre band.throughput holds at least two values
double effective_wavelength(const Band& band);

/// A table of throughputs: comment lines of '#', a line "wavelength_nm,<band>,...", then numbers.
struct ThroughputTable {
  std::vector<double> wavelength_nm;
  std::vector<std::string> bands;
  std::vector<std::vector<double>> throughput;  ///< one list a band

  /// Column of a band, or nullptr.
  [[nodiscard]] const std::vector<double>* find(std::string_view band) const;
};
/// @throws ConfigError naming the line
ThroughputTable parse_throughput_table(std::string_view csv, std::string_view origin);

}  // namespace skywright::instrument
