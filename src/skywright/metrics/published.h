/// Published figures of other people's schedules, to set one's own beside.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "skywright/base/fields.h"

namespace skywright::metrics {

struct PublishedFigure {
  std::string metric;  ///< as Metric::name
  double value = 0.0;
  double relative = 0.0;  ///< how near a schedule of the same telescope is asked to come, as a part
                          ///< of the value; 0: see `absolute`
  double absolute = 0.0;  ///< the same in the metric's unit
};
void describe(Fields& fields, PublishedFigure& figure);

struct PublishedBaseline {
  std::string name;
  std::string source;
  std::vector<PublishedFigure> figures;
};
void describe(Fields& fields, PublishedBaseline& baseline);

/// One that is part of the program: "baseline_v2.0" (data/baselines).
/// @throws ConfigError that lists those there are
PublishedBaseline published_baseline(std::string_view name);

}  // namespace skywright::metrics
