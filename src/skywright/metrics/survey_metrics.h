/// A survey's worth in numbers, each with its unit and its definition.
///
///     const SurveyMetrics worth = survey_metrics(database.query("SELECT * FROM observations"), {},
///                                                execution);
///     for (const Metric& m : worth.metrics) print(m.name, m.value, m.unit, m.definition);
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/metrics/sky_maps.h"
#include "skywright/table/table.h"

namespace skywright::metrics {

/// One number. Names are lower case with the unit left out ("slew_mean", "visits_u").
struct Metric {
  std::string name;
  double value = 0.0;
  std::string unit;        ///< "s", "deg2", "mag"; empty for counts and parts
  std::string definition;  ///< one sentence, with the metric of MAF or the paper that it follows
};

/// How many visits carry one label.
struct LabelCount {
  std::string label;
  std::int64_t visits = 0;
};

struct SurveyMetrics {
  std::vector<Metric> metrics;         ///< always in the same order
  std::vector<std::string> notes;      ///< what could not be computed, and why
  std::vector<LabelCount> programs;    ///< by science_program, most visits first
  std::vector<LabelCount> schedulers;  ///< by kind of scheduler_note, most visits first
  Observations observations;
  SkyMaps maps;
  std::vector<TransientClass> transients;  ///< one a map of `maps.found`

  /// Null where it could not be computed.
  [[nodiscard]] const Metric* find(std::string_view name) const;
};

/// Judge a survey. A metric whose columns the table lacks, or that has no value, is left out and
/// noted. Ten years cost about 10 s on one core and 1 GiB beside the table.
/// @param observations in the columns of rubin_sim's `observations` (see observations.h)
/// @throws InputError where time, place or filter is missing; ConfigError for a bad config
SurveyMetrics survey_metrics(const table::Table& observations, const MetricsConfig& config,
                             const Execution& execution);

}  // namespace skywright::metrics
