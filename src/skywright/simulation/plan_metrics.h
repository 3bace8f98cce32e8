/// What a database of visits is worth: numbers, pictures and a page; two of them side by side.
/// The bodies of `skywright plan metrics` and `skywright plan compare`.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/metrics/published.h"
#include "skywright/metrics/survey_metrics.h"

namespace skywright::simulation {

/// Where pictures and pages go; empty: nowhere.
struct PlanOutputs {
  std::filesystem::path plots;  ///< folder of PNG files and index.html; made where it is not
  std::filesystem::path html;   ///< one page that needs nothing else
  std::filesystem::path markdown = {};  ///< a comparison's table, to put into a document
};

struct PlanMetricsRequest {
  std::filesystem::path database;
  metrics::MetricsConfig config;
  PlanOutputs outputs;
};

struct PlanMetricsReport {
  std::string database;
  metrics::SurveyMetrics survey;
  std::vector<std::string> files;  ///< written

  [[nodiscard]] std::string text() const;
  /// {"database", "metrics": {name: value}, "units", "definitions", "programs", "notes", "files"}
  [[nodiscard]] std::string json() const;
};

/// The columns that metrics use of a database's table `observations`, in the schema of rubin_sim.
/// @throws InputError where the file or the table is missing
table::Table read_observations_table(const std::filesystem::path& database);

/// A database's visits judged. Where `config` names no radius of the field, and the file says which
/// telescope it was planned for, that is half its field of view.
/// @throws InputError for a database without usable visits
metrics::SurveyMetrics judge_visits(const std::filesystem::path& database,
                                    metrics::MetricsConfig config, const Execution& execution);

/// Judge a database of visits and draw it.
/// @throws InputError for a database without usable visits, StorageError for outputs
PlanMetricsReport measure_plan(const PlanMetricsRequest& request, const Execution& execution);

struct PlanCompareRequest {
  std::filesystem::path first;
  std::filesystem::path second;  ///< empty: compared with `published`
  std::string published;         ///< name of a published baseline; empty: none
  metrics::MetricsConfig config;
  PlanOutputs outputs;
};

/// One metric of both. A value that one of them lacks is not there.
struct ComparedMetric {
  std::string name;
  std::string unit = {};
  std::string definition = {};
  std::optional<double> first = {};
  std::optional<double> second = {};
  double relative = 0.0;  ///< wanted agreement, of a published figure; 0: none
  double absolute = 0.0;

  /// first - second, and that over the second; NaN where one is not there.
  [[nodiscard]] double difference() const;
  [[nodiscard]] double part() const;
  /// Whether the wanted agreement is met; none where none is wanted.
  [[nodiscard]] std::optional<bool> agrees() const;
};

struct PlanCompareReport {
  std::string first;
  std::string second;
  std::string source;  ///< of published figures
  std::vector<ComparedMetric> metrics;
  std::vector<std::string> notes;
  std::vector<std::string> files;

  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string json() const;
  /// The metrics as a table of Markdown.
  [[nodiscard]] std::string markdown() const;
};

/// Set two databases, or one and published figures, side by side.
PlanCompareReport compare_plans(const PlanCompareRequest& request, const Execution& execution);

}  // namespace skywright::simulation
