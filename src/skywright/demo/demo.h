/// A survey from nothing: simulated, calibrated, reduced, differenced, alerted, and set beside the
/// truth.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "skywright/demo/demo_plan.h"
#include "skywright/demo/quality.h"
#include "skywright/demo/score.h"
#include "skywright/pipelines/make_masters.h"
#include "skywright/pipelines/make_template.h"
#include "skywright/pipelines/night.h"

namespace skywright::demo {

struct DemoRequest {
  std::filesystem::path out;
  std::uint64_t seed = 1;
  double clock_mjd = 0.0;  ///< as pipelines::NightRequest
  DemoConfig config = default_demo_config();
};

/// Seconds of one part of the demo.
struct PartTime {
  std::string part;
  double seconds = 0.0;
  int units = 1;  ///< frames, masters or visits
};

struct DemoSummary {
  ExitCode code = ExitCode::complete;
  std::filesystem::path report;
  int visits = 0;
  int ccds = 0;  ///< exposures of the night
  Score score;
  std::vector<StarQuality> stars;
  NightQuality quality;
  pipelines::MakeMastersResult masters;
  std::vector<pipelines::TemplateSummary> templates;
  std::vector<pipelines::ExposureOutcome> exposures;
  table::Table alerts;  ///< rows of pipelines::alert_rows
  std::vector<std::filesystem::path> alert_files;
  std::vector<PartTime> parts;
  double elapsed_s = 0.0;
  double peak_mib = 0.0;
};

/// Makes OUT/survey (a survey directory), OUT/truth, OUT/report.html. An earlier demo in OUT is
/// removed.
/// @throws ConfigError where OUT holds anything else; StorageError
DemoSummary run_demo(const DemoRequest& request, const Execution& execution);

/// The report for people, and as one JSON object.
std::string demo_text(const DemoSummary& summary);
std::string demo_json(const DemoSummary& summary);

}  // namespace skywright::demo
