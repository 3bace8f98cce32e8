/// Gathers metrics in a fixed order; what has no value becomes a note.
#pragma once

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "skywright/metrics/survey_metrics.h"

namespace skywright::metrics::detail {

class MetricList {
 public:
  void add(std::string_view name, double value, std::string_view unit,
           std::string_view definition) {
    if (std::isfinite(value))
      metrics.push_back({std::string(name), value, std::string(unit), std::string(definition)});
    else
      without_value.emplace_back(name);
  }

  std::vector<Metric> metrics;
  std::vector<std::string> without_value;
};

/// Metrics of the row of visits itself: how many, how fast, how well.
void add_visit_metrics(const Observations& observations, MetricList& list);

/// Metrics of the sky: areas, depths, rhythm.
void add_sky_metrics(const SurveyMetrics& survey, const MetricsConfig& config, MetricList& list);

}  // namespace skywright::metrics::detail
