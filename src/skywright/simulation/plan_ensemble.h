/// Many strategies times many seeds, planned and judged side by side: the body of `skywright plan
/// ensemble`.
///
///     EnsembleReport report = plan_ensemble(request, execution);
///     write(report.text());
///
/// Each unit lives in a folder of its own, OUT/STRATEGY-SEED: visits.db (while it grows
/// visits.db.partial), maps.fits, plots/, and metrics.json, which comes last. Units tell each other
/// nothing but by these files, so that the tasks of `ensemble_graph` may run in any process that
/// sees the folder, and what is there already is not done again. Who works on a unit holds its
/// .lock; another launch waits for it and finds it done.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "skywright/base/error.h"
#include "skywright/base/execution.h"
#include "skywright/metrics/survey_metrics.h"
#include "skywright/run/task_graph.h"
#include "skywright/simulation/plan.h"

namespace skywright::simulation {

struct EnsembleStrategy {
  std::string name;  ///< of its units' folders
  schedule::StrategyConfig config;
  instrument::Instrument instrument;
  std::string instrument_text;  ///< as in PlanRequest
};

struct EnsembleRequest {
  std::vector<EnsembleStrategy> strategies;
  std::vector<std::uint64_t> seeds = {1};
  int nights = 3652;
  std::vector<schedule::Target> opportunities = {};  ///< of all
  schedule::WeatherRecords weather = {};             ///< of all
  metrics::MetricsConfig metrics = {};
  std::filesystem::path out;
  std::string version;  ///< of the program
};

/// One strategy with one seed.
struct EnsembleUnit {
  std::string name;  ///< STRATEGY-SEED, its folder's name
  std::string strategy;
  PlanRequest plan;
  metrics::MetricsConfig metrics;

  [[nodiscard]] std::filesystem::path folder() const { return plan.out.parent_path(); }
};

/// The units of a request, seeds within strategies.
/// @throws ConfigError for no strategy or seed, a name or seed that comes twice, a name that is no
///         folder's, a strategy that cannot be observed
std::vector<EnsembleUnit> ensemble_units(const EnsembleRequest& request);

/// Two tasks a unit, "plan NAME" and "metrics NAME", which needs the former.
/// @param units must outlive the graph
run::TaskGraph ensemble_graph(const std::vector<EnsembleUnit>& units);
/// Does the orders of that graph. @param units, progress  must outlive it; nights of the units that
/// are planned in this process are reported to `progress`
run::Work ensemble_work(const std::vector<EnsembleUnit>& units, const Execution& progress);

/// What became of a unit.
struct EnsembleMember {
  std::string name;
  std::string strategy;
  std::uint64_t seed = 0;
  ExitCode code = ExitCode::complete;         ///< partial: stopped before its end
  std::string message = {};                   ///< of its error
  bool there_before = false;                  ///< planned by an earlier run
  double seconds = 0.0;                       ///< of this run
  std::vector<metrics::Metric> metrics = {};  ///< empty unless complete
};

/// A column of the table: a unit, or a strategy's mean over its seeds.
struct EnsembleColumn {
  std::string label;
  std::vector<std::optional<double>> values;   ///< one a row
  std::vector<std::optional<double>> scatter;  ///< of a mean: standard deviation over seeds
};

/// Rows are the metrics that any complete unit has.
struct EnsembleTable {
  std::vector<metrics::Metric> rows;  ///< name, unit, definition
  std::vector<EnsembleColumn> units;
  std::vector<EnsembleColumn> means;  ///< empty where there is one seed
};

struct EnsembleReport {
  std::filesystem::path out;
  int nights = 0;
  std::vector<EnsembleMember> members;
  bool stopped = false;
  bool crew_lost = false;          ///< units remain, and no rank to do them
  std::vector<std::string> files;  ///< written beside the units' own

  [[nodiscard]] ExitCode code() const;  ///< partial unless all are complete
  [[nodiscard]] EnsembleTable table() const;
  /// For people: means and scatter over seeds where there are several, else each unit.
  [[nodiscard]] std::string text() const;
  /// {"out", "nights", "units": [{"name", "strategy", "seed", "code", "message", "there_before",
  /// "seconds", "metrics"}], "strategies": [{"name", "mean", "scatter"}], "metric_units", "files"}
  [[nodiscard]] std::string json() const;
  [[nodiscard]] std::string markdown() const;
};

/// Plan and judge all units, then write OUT/ensemble.csv (a row a unit), ensemble.md and index.html
/// of those that are complete. A unit that fails is reported and the others go on.
/// @param crew  the launch that this process belongs to, if any: rank 0 leases units to the others,
///         which return an empty report
/// @throws as ensemble_units, before anything is written; StorageError where OUT cannot be made
EnsembleReport plan_ensemble(const EnsembleRequest& request, const Execution& execution,
                             run::Crew* crew = nullptr);

}  // namespace skywright::simulation
