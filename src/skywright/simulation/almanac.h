/// The nights of an observatory as a table: what `skywright almanac` prints.
#pragma once

#include <string>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/ephemeris/night_events.h"
#include "skywright/table/table.h"

namespace skywright::simulation {

struct AlmanacRequest {
  ephemeris::Observatory observatory;
  std::string site;          ///< its name, for the headline
  time::Tai start;           ///< within the first night's noon to noon
  int nights = 30;           ///< 1 to 36525
  double ut1_minus_utc = 0;  ///< [s]
  std::string kernel;        ///< an SPK file; empty: the program's own ephemeris
};

struct Almanac {
  AlmanacRequest request;
  std::string ephemeris;  ///< by which
  std::vector<ephemeris::Night> nights;
};
/// @throws ConfigError for a number of nights out of range; InputError for a kernel that is none or
/// that does not reach the nights; Stopped
Almanac almanac(const AlmanacRequest& request, const Execution& execution);

/// For people: a line a night, times UTC to the minute.
std::string almanac_text(const Almanac& almanac);
/// For programs: one object, times ISO 8601 UTC to the second; null where there is no such event.
std::string almanac_json(const Almanac& almanac);
/// One row a night; times MJD TAI, NaN where there is no such event.
table::Table almanac_table(const Almanac& almanac);

}  // namespace skywright::simulation
