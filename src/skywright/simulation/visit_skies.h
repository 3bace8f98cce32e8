/// The model's sky for the visits of a plan, set beside what the plan says: what `skywright
/// nightsky
/// --visits` runs.
#pragma once

#include <filesystem>

#include "skywright/base/execution.h"
#include "skywright/instrument/instrument.h"
#include "skywright/table/table.h"

namespace skywright::simulation {

/// One row a visit of table `observations`: observationId, band, airmass, sunAlt, moonAlt [deg],
/// moonIllumination, moonDistance [deg], skyBrightness [AB mag/arcsec2] by our model at the middle
/// of the visit; and fiveSigmaDepth for that sky and the visit's own seeingFwhmEff where it has one
/// and the band a depth. About 2 us a visit.
/// @throws InputError for a file without the columns, or dates beyond the ephemeris; ConfigError
/// for a band that the instrument has not; Stopped
table::Table visit_skies(const std::filesystem::path& visits,
                         const instrument::Instrument& instrument, const Execution& execution);

}  // namespace skywright::simulation
