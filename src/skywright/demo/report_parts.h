/// The pictures and curves of the report, each a function from what was measured to figures.
#pragma once

#include <vector>

#include "skywright/demo/report.h"
#include "skywright/draw/html.h"

namespace skywright::demo {

/// Raw, clean, template and difference of the first exposure of each detector.
void add_images(draw::Report& report, const DemoRequest& request,
                const std::vector<ReportInput>& inputs);
/// Science, template and difference cutouts of some alerts: bright and faint, true and false.
void add_stamps(draw::Report& report, const DemoRequest& request, const DemoSummary& summary);
/// Fluxes of some changing sources in the night's visits beside the truth.
void add_light_curves(draw::Report& report, const DemoSummary& summary);
void add_completeness(draw::Report& report, const DemoSummary& summary);
void add_residuals(draw::Report& report, const DemoSummary& summary);
void add_times(draw::Report& report, const DemoSummary& summary);

}  // namespace skywright::demo
