/// The table of an ensemble as files, and its page with the units' pictures side by side.
#pragma once

#include <string>
#include <vector>

#include "skywright/simulation/plan_ensemble.h"

namespace skywright::simulation {

/// Write ensemble.csv, ensemble.md and index.html of the units that are complete, in the order of
/// the request. Maps of one kind share their scale. Nothing where no unit is complete.
/// @returns what was written; @throws StorageError
std::vector<std::string> write_ensemble_pages(const EnsembleReport& report,
                                              const std::vector<EnsembleUnit>& units);

}  // namespace skywright::simulation
