/// When the telescope is shut whatever the weather: maintenance that is planned, faults that are
/// not.
///
///     for (const Downtime& d : downtimes({}, start, 3652, seed)) ...
#pragma once

#include <cstdint>
#include <vector>

#include "skywright/time/time_scales.h"

namespace skywright {
class Fields;
}

namespace skywright::schedule {

/// Planned work that comes back.
struct Maintenance {
  double first_mjd = 0.0;  ///< of one such period; earlier and later ones follow from the interval
  double every_days = 365.25;
  double nights = 7.0;
};
void describe(Fields& fields, Maintenance& maintenance);

/// Faults that begin on any night.
struct Fault {
  double probability = 0.0;  ///< a night
  double nights = 1.0;
};
void describe(Fields& fields, Fault& fault);

struct DowntimeConfig {
  /// A week each half-year, and two weeks every second year for coating the mirror: the pattern of
  /// LSST's operations simulator (Delgado et al. 2014, Proc. SPIE 9150, 915015); the dates, in
  /// midwinter and midsummer, are an assumption (2025-06-17, 2025-12-17, 2026-06-13).
  std::vector<Maintenance> maintenance = {
      {60843.0, 365.25, 7.0}, {61026.0, 365.25, 7.0}, {61204.0, 730.5, 14.0}};
  /// Probabilities and lengths as documented in rubin_scheduler's UnscheduledDowntimeData: power
  /// supply (5 a year), filter mechanism, rotator or shutter (2 a year), major (1 in 2 years),
  /// catastrophic (1 in 10 years).
  std::vector<Fault> faults = {{0.0137, 1.0}, {0.00548, 3.0}, {0.00137, 7.0}, {0.000274, 14.0}};
  double local_noon = 0.697;  ///< part of the day (TAI) at which a night's date changes; Chile
};
void describe(Fields& fields, DowntimeConfig& config);

struct Downtime {
  time::Tai begin;
  time::Tai end;
  bool scheduled = false;
};

/// Periods that touch [start, start + days), by beginning, merged where they overlap (a merged one
/// is scheduled only where all of it is). They begin and end at local noon. A night's fault depends
/// on the seed and its date alone, so that a later start meets the same periods.
/// @throws ConfigError for a config out of range
std::vector<Downtime> downtimes(const DowntimeConfig& config, time::Tai start, double days,
                                std::uint64_t seed);

}  // namespace skywright::schedule
