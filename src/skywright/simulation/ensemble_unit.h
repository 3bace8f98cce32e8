/// One unit of an ensemble in its folder: planned, judged, read back.
#pragma once

#include <string>
#include <vector>

#include "skywright/simulation/plan_ensemble.h"

namespace skywright::simulation {

/// Plan it, or go on where it was left: from visits.db.partial, or from a visits.db of fewer
/// nights.
/// @throws ConfigError where the folder's visits are of another request; as `plan`
void plan_unit(const EnsembleUnit& unit, const Execution& execution);

/// Judge and draw it, unless metrics.json tells that this was done for these very visits.
void judge_unit(const EnsembleUnit& unit, const Execution& execution);

/// Whether its visits are whole, and of how many nights they are. Never throws: what is unusable
/// has none, and is told when the unit runs.
PlanState unit_state(const EnsembleUnit& unit);

/// What judge_unit wrote. @throws InputError
std::vector<metrics::Metric> unit_metrics(const EnsembleUnit& unit);

/// The maps that judge_unit wrote, one column each of "visits", "coadded_depth_r" ...; not a number
/// where a place was not seen. Empty where the unit has no such map.
std::vector<double> unit_map(const EnsembleUnit& unit, const std::string& name);

}  // namespace skywright::simulation
