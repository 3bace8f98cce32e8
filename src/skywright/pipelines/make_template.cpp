#include "skywright/pipelines/make_template.h"

#include <cmath>
#include <cstdint>
#include <map>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "skywright/base/error.h"
#include "skywright/config/json_text.h"
#include "skywright/math/statistics.h"
#include "skywright/pipelines/process_exposure.h"
#include "skywright/pipelines/read_raw.h"
#include "skywright/pipelines/survey_config.h"
#include "skywright/pipelines/survey_inputs.h"
#include "skywright/run/task_graph.h"
#include "skywright/stack/stack.h"

namespace skywright::pipelines {
namespace fs = std::filesystem;
namespace {

constexpr int kMargin = 100;  // beyond the detector's edge, for pointings that differ [pixel]
constexpr double kNanojanskyZero = 31.4;  // AB magnitude of 1 nJy

using Group = std::vector<fs::path>;

using Groups = std::map<std::pair<std::string, std::string>, Group>;  ///< by band and detector

Groups grouped(const std::vector<fs::path>& raws, const instrument::Instrument& instrument,
               TemplateRun& run) {
  Groups groups;
  std::map<std::pair<std::int64_t, std::string>, fs::path> seen;
  for (const fs::path& raw : raws) {
    try {
      const instrument::VisitInfo info = read_raw_info(raw, instrument);
      if (info.kind != instrument::ExposureKind::science) {
        ++run.not_science;
        continue;
      }
      const std::string detector = instrument.detector(info.detector).name;
      const auto [first, is_new] = seen.try_emplace({info.visit, detector}, raw);
      if (is_new)
        groups[{info.band, detector}].push_back(raw);
      else
        run.left_out.push_back(fmt::format("{}: it is visit {} of {}, as {} is", raw.string(),
                                           info.visit, detector, first->second.string()));
    } catch (const InputError& error) {
      run.left_out.emplace_back(error.what());
    }
  }
  return groups;
}

/// The detector's grid without distortion, with a margin.
stack::StackGrid grid_for(const wcs::Wcs& wcs, int width, int height) {
  const wcs::PixelPosition middle{0.5 * width, 0.5 * height};
  const wcs::Linear linear{
      .reference_pixel = middle, .reference_sky = wcs.sky_at(middle), .cd = wcs.jacobian(middle)};
  return {wcs::Wcs(linear).shifted(-kMargin, -kMargin), width + 2 * kMargin, height + 2 * kMargin};
}

struct Prepared {
  std::optional<ProcessedExposure> exposure;
  std::string problem;
};

Prepared prepare(const fs::path& raw, const instrument::Instrument& instrument,
                 const SurveyInputs& inputs, const NightConfig& config,
                 const Execution& execution) {
  try {
    RawFrame frame = read_raw(raw, instrument);
    const instrument::VisitInfo info = frame.exposure.info;
    detrend::Masters masters = inputs.masters(frame.detector, info.band);
    const wcs::Wcs predicted =
        instrument::predicted_wcs(instrument, frame.detector, info.boresight, info.rotation);
    const auto middle = predicted.sky_at({0.5 * frame.detector.width, 0.5 * frame.detector.height});
    const auto radius = sphere::separation(middle, predicted.sky_at({0.0, 0.0})) * 1.05 +
                        sphere::Angle::from_arcsec(2.0 * config.solve.max_offset_arcsec);
    const calibrate::ReferenceCatalog reference =
        inputs.reference(info.band, info.middle(), middle, radius);
    Prepared out;
    out.exposure = process_exposure({.raw = std::move(frame.exposure),
                                     .instrument = instrument,
                                     .detector = frame.detector,
                                     .masters = std::move(masters),
                                     .reference = reference,
                                     .kernels = inputs.kernels()},
                                    config, {.wall = run::steady_clock()}, execution);
    return out;
  } catch (const InputError& error) {
    return {{}, fmt::format("{}: {}", raw.filename().string(), error.what())};
  }
}

TemplateSummary make_template(const std::string& band, const instrument::Detector& detector,
                              const Group& raws, const fs::path& survey,
                              const instrument::Instrument& instrument, const SurveyInputs& inputs,
                              const NightConfig& config, const Execution& execution) {
  StepTimer timer({.wall = run::steady_clock()});
  TemplateSummary summary;
  summary.band = band;
  summary.detector = detector.name;
  summary.path = survey / "coadd" / fmt::format("template_{}_{}.fits", band, detector.name);
  std::vector<Prepared> prepared(raws.size());
  execution.for_each(raws.size(), [&](std::size_t i) {
    prepared[i] = prepare(raws[i], instrument, inputs, config, execution);
  });
  timer.mark("detrend to solve");
  std::vector<stack::StackInput> entering;
  std::vector<double> seeing;
  for (const Prepared& p : prepared) {
    if (!p.exposure) {
      summary.rejected.push_back(p.problem);
      continue;
    }
    const Exposure& exposure = p.exposure->exposure;
    entering.push_back({.image = exposure.image.view(),
                        .wcs = *exposure.wcs,
                        .flux_scale = nanojanskys_per_unit(*exposure.zero_point),
                        .psf = &*exposure.psf});
    seeing.push_back(p.exposure->quality.seeing_arcsec);
  }
  if (entering.empty()) {
    throw InputError(fmt::format("template of {} in {}", detector.name, band),
                     "none of its frames can be used: " + summary.rejected.front(),
                     "bring frames with stars of the reference catalog on them");
  }
  const stack::StackGrid grid = grid_for(entering.front().wcs, detector.width, detector.height);
  stack::Stack coadd = stack::stack(entering, grid, {}, execution);
  timer.mark("stack");
  summary.frames = static_cast<int>(entering.size());
  summary.seeing_arcsec = math::median(seeing);
  summary.clipped = coadd.clipped;
  if (coadd.psf) {
    const image::PixelPosition middle{0.5 * grid.width, 0.5 * grid.height};
    const double variance = coadd.image.variance(grid.width / 2, grid.height / 2);
    summary.depth = kNanojanskyZero -
                    2.5 * std::log10(5.0 * std::sqrt(variance * coadd.psf->effective_area(middle)));
  }
  Exposure out;
  out.header.set("BAND", band, "name of the band");
  out.header.set("DETECTOR", detector.name);
  out.header.set("BUNIT", "nJy");
  out.header.set("NFRAMES", summary.frames, "exposures that entered");
  out.image = std::move(coadd.image);
  out.wcs = grid.wcs;
  out.psf = std::move(coadd.psf);
  out.zero_point = kNanojanskyZero;
  out.noise = std::move(coadd.noise);
  std::error_code error;
  fs::create_directories(summary.path.parent_path(), error);
  write_exposure(summary.path, out);
  timer.mark("write");
  summary.times = timer.take();
  return summary;
}

}  // namespace

TemplateRun make_templates(const fs::path& survey, const std::vector<fs::path>& raws,
                           const Execution& execution) {
  const SurveyConfig config = read_survey_config(survey);
  const instrument::Instrument instrument = survey_instrument(survey, config);
  const SurveyInputs inputs(survey);
  TemplateRun run;
  const Groups groups = grouped(raws, instrument, run);
  if (groups.empty())
    throw InputError("templates",
                     run.left_out.empty() ? "no science frame was given" : run.left_out.front(),
                     "name raw science frames");
  std::size_t done = 0;
  for (const auto& [key, members] : groups) {
    execution.check_stop();
    try {
      run.made.push_back(make_template(key.first, instrument.detector(key.second), members, survey,
                                       instrument, inputs, config.night, execution));
    } catch (const InputError& error) {
      if (groups.size() == 1) throw;
      run.left_out.emplace_back(error.what());
    }
    execution.report("templates", ++done, groups.size());
  }
  if (run.made.empty())
    throw InputError("templates", "not one could be made: " + run.left_out.front(),
                     "bring frames with stars of the reference catalog on them");
  return run;
}

std::string templates_text(const TemplateRun& run) {
  std::string out;
  for (const TemplateSummary& t : run.made) {
    out += fmt::format("{}: {} frames, seeing {:.2f} arcsec, 5 sigma at {:.2f} mag\n",
                       t.path.string(), t.frames, t.seeing_arcsec, t.depth);
    for (const std::string& problem : t.rejected) out += "  left out: " + problem + "\n";
  }
  for (const std::string& problem : run.left_out) out += "left out: " + problem + "\n";
  if (run.not_science > 0)
    out += fmt::format("{} frames are no science frames and were passed over\n", run.not_science);
  return out;
}

std::string templates_json(const TemplateRun& run) {
  nlohmann::ordered_json out;
  out["templates"] = nlohmann::ordered_json::array();
  for (const TemplateSummary& t : run.made)
    out["templates"].push_back({{"band", t.band},
                                {"detector", t.detector},
                                {"path", t.path.string()},
                                {"frames", t.frames},
                                {"seeing", t.seeing_arcsec},
                                {"depth", t.depth},
                                {"clipped", t.clipped},
                                {"rejected", t.rejected}});
  out["left_out"] = run.left_out;
  out["not_science"] = run.not_science;
  return config::json_text(out);
}

}  // namespace skywright::pipelines
