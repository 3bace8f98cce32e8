/// The body of `skywright solve`: WCS and zero point of one image against a reference catalog.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/base/fields.h"
#include "skywright/calibrate/solve.h"
#include "skywright/measure/measure_config.h"

namespace skywright::pipelines {

struct SolveFileConfig {
  calibrate::SolveConfig solve;
  measure::MeasureConfig measure;  ///< of the detection, where no catalog is given
};
void describe(Fields& fields, SolveFileConfig& config);

/// Where an image without WCS looks.
struct Pointing {
  double ra_deg = 0.0;  ///< of the image's centre
  double dec_deg = 0.0;
  double scale_arcsec = 0.0;  ///< of a pixel
};

struct SolveFileRequest {
  std::string image;  ///< a path, or "file.fits[HDU]"
  std::filesystem::path reference;
  std::filesystem::path out;      ///< a copy of the image with WCS and zero point; empty for none
  std::filesystem::path catalog;  ///< sources measured before; empty: the image is searched
  std::string band;               ///< of the reference fluxes; empty: from the header
  std::optional<Pointing> pointing;  ///< in place of the header's WCS; any rotation and mirroring
};

struct SolveFileResult {
  calibrate::Solution solution;
  std::string band;
  std::vector<std::string> warnings;
};

/// Detect (or read the sources), match, fit and write.
///
/// The copy carries the WCS as TAN-SIP and, where the reference has fluxes of the band, MAGZERO
/// (AB magnitude of 1 image unit), MAGZERR, MAGZRMS and NMAGZERO; ASTRRMS [mas] and NASTRO say how
/// good the WCS is. An exposure keeps variance, mask and PSF; a plain image is written plain.
/// @throws InputError where the image has no WCS and none is given, and those of calibrate::solve
SolveFileResult solve_file(const SolveFileRequest& request, const SolveFileConfig& config,
                           const Execution& execution);

/// Sources from a table: columns x, y [zero-based pixel] and, where they exist, psfFlux psfFluxErr
/// xErr yErr and flags as `detect` writes them, or X_IMAGE Y_IMAGE FLUX_AUTO FLUXERR_AUTO FLAGS of
/// source-extractor (one-based pixels).
/// @throws InputError where neither pair of columns is there
measure::SourceCatalog source_catalog_from(const table::Table& table);

std::string solve_text(const SolveFileResult& result);
std::string solve_json(const SolveFileResult& result);

}  // namespace skywright::pipelines
