/// WCS and zero point of an image in memory: what `skywright solve` does between reading and
/// writing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/base/fields.h"
#include "skywright/calibrate/solve.h"
#include "skywright/measure/measure_config.h"
#include "skywright/pipelines/exposure_file.h"
#include "skywright/table/table.h"

namespace skywright::pipelines {

struct SolveImageConfig {
  calibrate::SolveConfig solve;
  measure::MeasureConfig measure;  ///< of the detection, where no catalog is given
};
void describe(Fields& fields, SolveImageConfig& config);

/// Where an image without WCS looks.
struct Pointing {
  double ra_deg = 0.0;  ///< of the image's centre
  double dec_deg = 0.0;
  double scale_arcsec = 0.0;  ///< of a pixel
};

/// An image to be solved; its pixels are lent, and not written to.
struct ImageToSolve {
  std::string name;               ///< for messages
  image::MaskedImageView pixels;  ///< variance and mask may be empty
  const header::Header* header;   ///< its date, BAND or FILTER; never null
  const wcs::Wcs* wcs = nullptr;  ///< to start from; null for none
};

struct SolveOptions {
  const table::Table* catalog = nullptr;  ///< sources measured before; null: the image is searched
  std::string band;                       ///< of the reference fluxes; empty: from the header
  std::optional<Pointing> pointing;  ///< in place of the header's WCS; any rotation and mirroring
};

struct SolvedImage {
  calibrate::Solution solution;
  std::string band;
  measure::SourceCatalog sources;         ///< that were detected, or given
  calibrate::ReferenceCatalog reference;  ///< at the image's epoch
  std::optional<psf::PsfModel> psf;       ///< found with the sources, where they were detected
  std::vector<std::string> warnings;
};

/// Detect (or take the sources), match and fit.
/// @param reference columns as calibrate::reference_catalog wants them
/// @throws InputError where the image has no WCS and none is given, and those of calibrate::solve
SolvedImage solve_image(const ImageToSolve& image, const table::Table& reference,
                        const SolveOptions& options, const SolveImageConfig& config,
                        const Execution& execution);

/// Give an exposure the WCS and zero point that were found for it, its header the cards MAGZERO
/// (AB magnitude of 1 image unit), MAGZERR, MAGZRMS and NMAGZERO where the reference has fluxes of
/// the band, ASTRRMS [mas] and NASTRO; and the PSF where it has none.
void take_solution(Exposure& exposure, const SolvedImage& solved);

/// The matched stars, a row each, in the order of the sources.
table::Table matches_table(const SolvedImage& solved);

/// Sources from a table: columns x, y [zero-based pixel] and, where they exist, psfFlux psfFluxErr
/// xErr yErr and flags as `detect` writes them, or X_IMAGE Y_IMAGE FLUX_AUTO FLUXERR_AUTO FLAGS of
/// source-extractor (one-based pixels).
/// @throws InputError where neither pair of columns is there
measure::SourceCatalog source_catalog_from(const table::Table& table);

/// The report for people, and as one JSON object.
std::string solve_text(const SolvedImage& solved);
std::string solve_json(const SolvedImage& solved);

}  // namespace skywright::pipelines
