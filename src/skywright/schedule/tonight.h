/// One night: its times, its sky, what is mounted and how the grid of fields is turned.
#pragma once

#include <cstdint>
#include <vector>

#include "skywright/ephemeris/night_events.h"
#include "skywright/schedule/cloud_patches.h"
#include "skywright/schedule/features.h"
#include "skywright/schedule/field_grid.h"
#include "skywright/schedule/footprint_target.h"
#include "skywright/schedule/setting.h"

namespace skywright::schedule {

struct Tonight {
  /// @pre the Sun sinks below the strategy's limit (see `opens`)
  Tonight(const Setting& setting, const ephemeris::Night& night, const FootprintTarget& target);
  /// Whether any visit is possible at all: the Sun sinks below -12 degrees.
  static bool opens(const ephemeris::Night& night);

  int number;
  ephemeris::HorizonFrame frame;
  double begin_mjd;       ///< the Sun sinks below -12 degrees; TAI
  double end_mjd;         ///< and rises above
  double dark_begin_mjd;  ///< -18 degrees; both equal where it stays above
  double dark_end_mjd;
  std::vector<std::uint8_t> mounted;  ///< by band
  GridRotation turn = kUnturned;      ///< of the fields
  double rotator = 0.0;               ///< rotTelPos [rad]
  std::vector<float> zodiacal;        ///< of each pixel, as sky::SkyDirections counts it
  std::vector<std::int16_t> season;   ///< of each pixel
  /// Of each pixel, how far its season has gone: from 0 at two hours of right ascension past what
  /// culminates at midnight to 1 at four hours before it; 0 elsewhere.
  std::vector<float> season_gone;
  double moon_illumination;  ///< at the beginning
  CloudPatches clouds;
};

}  // namespace skywright::schedule
