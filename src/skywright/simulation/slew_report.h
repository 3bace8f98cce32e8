/// What `skywright instrument slew` prints: how long a slew takes, and why.
#pragma once

#include <string>
#include <string_view>

#include "skywright/instrument/instrument.h"

namespace skywright::simulation {

struct SlewReport {
  std::string text;  ///< for people: each part, the one that decides marked
  std::string json;  ///< one object: seconds, its parts, slowest, where the mount then stands
};

/// @param from, to  "altitude,azimuth[,rotator[,band]]" [degree]; `from` may be "park". Without a
///                  rotator angle it stays; without a band the first one stays in.
/// The readout of the visit before counts, except from park.
/// @throws ConfigError for text that is none, and for a place out of reach, naming the limit
SlewReport report_slew(const instrument::Instrument& instrument, std::string_view from,
                       std::string_view to);

}  // namespace skywright::simulation
