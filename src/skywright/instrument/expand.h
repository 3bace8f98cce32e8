/// From an instrument file as written to an Instrument: grids become detectors, rows amplifiers.
#pragma once

#include "skywright/instrument/description.h"

namespace skywright::instrument {

/// @throws ConfigError for a sensor that does not exist, a list of the wrong length
Instrument expand(const InstrumentDescription& description);

}  // namespace skywright::instrument
