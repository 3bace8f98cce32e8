/// Which visit to expose: from a database of pointings, or from what a user says.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "skywright/instrument/visit_info.h"

namespace skywright::simulation {

/// A planned visit and what the plan expects of the night.
struct PlannedVisit {
  instrument::VisitInfo visit;
  double seeing_arcsec = 0.0;  ///< FWHM_eff; 0 where the table does not tell
  double depth_5sigma = 0.0;   ///< AB mag; 0 where the table does not tell
  double sky_magnitude = 0.0;  ///< [mag/arcsec2]; 0 where the table does not tell
};

/// Row `visit` of the table `observations` of a pointing database in the schema of rubin_sim:
/// observationId, fieldRA, fieldDec, filter or band, observationStartMJD (TAI), rotSkyPos,
/// visitExposureTime, and where they exist seeingFwhmEff, fiveSigmaDepth, skyBrightness, airmass.
/// @throws InputError where the file, the table, a column or the visit is missing
PlannedVisit read_visit(const std::filesystem::path& database, std::int64_t visit,
                        const instrument::Instrument& instrument);

/// @throws InputError for a row of visits whose time or place is none: NULL, text, a Julian date
void check_visit(const std::string& file, std::int64_t visit, double mjd, double ra, double dec);

/// The instrument's band of a row of visits; "r_03" of newer databases is filter r.
/// @throws InputError where the instrument has no such band
std::size_t band_of_visit(const instrument::Instrument& instrument, const std::string& file,
                          std::int64_t visit, std::string_view name);

/// Airmass of the boresight at the middle of the exposure.
/// @throws ConfigError where it stands below 5 degrees of altitude
double visit_airmass(const instrument::VisitInfo& visit, const instrument::Site& site);

}  // namespace skywright::simulation
