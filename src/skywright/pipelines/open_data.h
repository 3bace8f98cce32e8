/// The open products of a survey: catalogs as Parquet cut by HEALPix, an ObsCore table of the
/// images, licence and provenance, as files that any static web server can hand out.
///
///     catalog/<table>/Norder=5/Npix=<n>.parquet     rows by _healpix_29 (HEALPix NESTED, order 29)
///     catalog/moving/<night>/                       known bodies and what may be new ones
///     catalog/obscore.parquet                       IVOA ObsCore 1.1
///     catalog/collection.json, catalog/README.md    tables, columns, counts, licence, provenance
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "skywright/archive/archive.h"
#include "skywright/instrument/instrument.h"
#include "skywright/pipelines/prompt_visit.h"
#include "skywright/pipelines/survey_config.h"
#include "skywright/table/table.h"

namespace skywright::pipelines {

constexpr int kCatalogOrder = 5;  ///< of the pixels that catalogs are cut by (1.8 degrees)

/// Write the open products from the given datasets and the prompt database. The same state of the
/// survey gives the same bytes, and is not written twice.
/// @param products  what the survey's settings make of its frames; datasets that other settings
/// made
///                  before stay in the archive and are not listed
void publish_open_data(archive::Archive& archive, const std::vector<DetectorProducts>& products,
                       const SurveyConfig& config, const instrument::Instrument& instrument,
                       const Execution& execution);

/// Cut a table by the HEALPix pixel of its columns ra and dec [deg] and write one file a pixel
/// below `folder`; rows sort by `_healpix_29`, which is added, then by order. Files of pixels that
/// no longer have rows are removed. Rows whose position is not finite are left out.
/// @return how many rows were written
std::size_t write_partitioned(const table::Table& table, const std::filesystem::path& folder,
                              int order);

/// ObsCore rows of the clean images and difference images among `products`.
table::Table obscore_rows(const archive::Archive& archive,
                          const std::vector<DetectorProducts>& products, const SurveyConfig& config,
                          const instrument::Instrument& instrument);

}  // namespace skywright::pipelines
