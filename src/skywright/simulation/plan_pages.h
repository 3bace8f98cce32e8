/// Pictures of schedules, and pages made of them.
#pragma once

#include <string>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/draw/canvas.h"
#include "skywright/simulation/plan_metrics.h"

namespace skywright::simulation {

/// A picture, the name of its file without ".png", and what it shows.
struct PlanPicture {
  std::string name;
  std::string caption;
  draw::Canvas canvas;
};

/// Maps of visits and depths, the night hourglass, histograms. What the observations do not tell is
/// left out. @throws Stopped between two pictures
std::vector<PlanPicture> plan_pictures(const metrics::SurveyMetrics& survey,
                                       const Execution& execution);
/// Both schedules' visits on one scale, hourglasses and histograms side by side, and maps of the
/// first's visits and depths over (less) the second's.
std::vector<PlanPicture> compare_pictures(const metrics::SurveyMetrics& first,
                                          const metrics::SurveyMetrics& second,
                                          const Execution& execution);

/// Nights across, hours from local midnight down, each visit in its filter's colour; the Moon's lit
/// part at the lower edge where the observations tell it.
draw::Canvas night_hourglass(const metrics::Observations& observations);

/// So that a folder that cannot be made is told before the work. @throws StorageError
void make_plots_folder(const PlanOutputs& outputs);

/// Write pictures and pages where `outputs` asks for them. @returns what was written
/// @throws StorageError that names what cannot be written; Stopped, before the first is written
std::vector<std::string> write_plan_pages(const PlanMetricsReport& report,
                                          const PlanOutputs& outputs, const Execution& execution);
std::vector<std::string> write_compare_pages(const PlanCompareReport& report,
                                             const std::vector<PlanPicture>& pictures,
                                             const PlanOutputs& outputs,
                                             const Execution& execution);

/// A number with as many digits as a reader uses.
std::string shown_value(double value);

}  // namespace skywright::simulation
