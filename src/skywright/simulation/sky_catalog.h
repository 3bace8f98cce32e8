/// Catalogs of the simulated sky as files: what `skywright sky` runs.
#pragma once

#include <filesystem>

#include "skywright/base/execution.h"
#include "skywright/instrument/instrument.h"
#include "skywright/simulation/sky_settings.h"
#include "skywright/sky/sky_model.h"

namespace skywright::simulation {

enum class CatalogContent {
  objects,   ///< all that stands there at one time, in one band
  reference  ///< a star catalog such as Gaia's, with errors of its own
};

struct SkyCatalogRequest {
  SkySettings config;
  sky::Cone cone;
  time::Tai time;
  instrument::Band band;
  CatalogContent content = CatalogContent::objects;
  double bright_limit = 14.0;  ///< of reference stars, r
  double faint_limit = 20.7;
  std::filesystem::path out;  ///< .parquet, .fits or .csv
};
/// @returns number of rows @throws Stopped
std::size_t write_sky_catalog(const SkyCatalogRequest& request, const Execution& execution);

}  // namespace skywright::simulation
