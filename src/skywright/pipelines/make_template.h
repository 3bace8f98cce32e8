/// Deep templates of a survey: raw science frames of one detector and band through detrend, measure
/// and solve, stacked onto a grid of their own.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/pipelines/night_config.h"
#include "skywright/pipelines/step_times.h"

namespace skywright::pipelines {

struct TemplateSummary {
  std::string band;
  std::string detector;
  std::filesystem::path path;  ///< coadd/template_<band>_<detector>.fits of the survey
  int frames = 0;              ///< that entered
  double seeing_arcsec = 0.0;
  double depth = 0.0;                 ///< AB magnitude of a point source at 5 sigma
  std::size_t clipped = 0;            ///< input pixels rejected as outliers
  std::vector<std::string> rejected;  ///< frames that could not be used, and why
  std::vector<StepTime> times;
};

struct TemplateRun {
  std::vector<TemplateSummary> made;
  std::vector<std::string> left_out;  ///< frames of no template, or groups that made none, and why
  int not_science = 0;                ///< calibration frames among those given, passed over
};

/// Group the frames by band and detector and make a template of each group. The grid is that of the
/// first frame's detector without its distortion, 100 pixels wider on every side; the unit is nJy
/// (MAGZERO = 31.4). Masters and reference stars are the survey's.
/// A visit counts once, as a copy of a frame is no deeper. A group that fails leaves its earlier
/// template as it was, and the others are made.
/// @throws InputError where not one template can be made
TemplateRun make_templates(const std::filesystem::path& survey,
                           const std::vector<std::filesystem::path>& raws,
                           const Execution& execution);

/// What `skywright survey templates` prints: lines for people, and the object of --json.
std::string templates_text(const TemplateRun& run);
std::string templates_json(const TemplateRun& run);

}  // namespace skywright::pipelines
