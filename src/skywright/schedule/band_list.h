/// Bands by name as numbers, in the instrument's order.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "skywright/instrument/instrument.h"

namespace skywright::schedule {

/// @param what  who asks, for the message
/// @throws ConfigError that lists the instrument's bands
int band_index(const instrument::Instrument& instrument, std::string_view name,
               std::string_view what);

/// "r" or "g+r".
struct BandPair {
  int first = 0;
  std::optional<int> second;
};
BandPair band_pair(const instrument::Instrument& instrument, std::string_view text,
                   std::string_view what);

}  // namespace skywright::schedule
