/// What each amplifier of a camera measures, where every one has figures of its own.
#pragma once

#include <string_view>

#include "skywright/instrument/instrument.h"

namespace skywright::instrument {

/// Set gain [electron/ADU], read noise [electron], full well [electron] and crosstalk of amplifiers
/// from lines "detector,amplifier,gain,read_noise,full_well,crosstalk" after a line of these names;
/// `#` begins a comment. Saturation follows from gain and full well; crosstalk multiplies the
/// coefficients of the light that the amplifier picks up. Amplifiers without a line stay.
/// @throws ConfigError naming the line
void apply_amplifier_table(std::string_view csv, std::string_view origin, Instrument& instrument);

}  // namespace skywright::instrument
