/// `skywright plan`: a survey's visits into a database, night by night.
///
/// Until it is whole the output is FILE.partial, one transaction a night: stopped at any moment it
/// loses the night under way at most, and the same request goes on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/schedule/simulate.h"

namespace skywright::simulation {

struct PlanRequest {
  schedule::SimulationRequest survey;  ///< `nights`: with `from`, further ones
  std::string instrument_text;         ///< name, or the file's text: part of what a file is of
  std::optional<std::filesystem::path> from;  ///< visits to go on from
  std::filesystem::path out;
  std::string version;  ///< of the program
};

struct PlanSummary {
  std::int64_t visits = 0;      ///< in the file
  std::int64_t new_visits = 0;  ///< planned now
  int nights = 0;               ///< of the survey that are done
  int observed_nights = 0;      ///< of those planned now, with visits
  double dark_hours = 0.0;      ///< of nights planned now, downtime left out
  double closed_hours = 0.0;    ///< of them, under clouds
  int shut_nights = 0;          ///< downtime
  double open_shutter_hours = 0.0;
};

/// What `out` holds already.
struct PlanState {
  int nights_done = 0;
  bool whole = false;  ///< all that the request asks for
};

/// Look at a finished `out` without changing it; nothing done where it is not there.
/// @throws ConfigError where it is of another request, or of more nights; InputError for no
/// database
PlanState plan_state(const PlanRequest& request);

/// 16 hexadecimal digits that tell requests apart: of all that decides the visits, and of `nights`.
std::string plan_key(const PlanRequest& request);

/// @throws ConfigError where FILE.partial is of another config or seed; Stopped (exit code 3) when
///         asked to stop; InputError for a `from` that does not fit; StorageError
PlanSummary plan(const PlanRequest& request, const Execution& execution);

}  // namespace skywright::simulation
