#include "skywright/simulation/expose.h"

#include <cmath>
#include <optional>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "skywright/base/error.h"
#include "skywright/config/json_text.h"
#include "skywright/ephemeris/orbit_reader.h"
#include "skywright/run/serve.h"
#include "skywright/run/task_graph.h"

namespace skywright::simulation {

void describe(Fields& fields, SimulationConfig& config) {
  describe_nested(fields, "sky", config.sky, "what stands in the sky");
  describe_nested(fields, "image", config.image, "atmosphere, telescope and camera");
}

imagesim::RawExposure simulated_frame(const ExposeRequest& request,
                                      const instrument::Detector& detector,
                                      const sky::SkyModel& model, const Execution& execution) {
  sky::SkyObjects objects;
  if (request.visit.kind == instrument::ExposureKind::science) {
    const sky::Cone cone = imagesim::sky_footprint(request.instrument, detector, request.visit);
    objects = model.objects(cone, request.visit.middle(),
                            request.instrument.band(request.visit.band), request.content);
  }
  return imagesim::simulate_exposure(request.instrument, detector, request.visit, objects,
                                     request.config.image, request.seed, execution);
}

namespace {

using Json = nlohmann::ordered_json;

std::string answer_text(const ExposedFrame& frame) {
  const imagesim::TrueConditions& c = frame.conditions;
  return config::json_text(
      {{"objects", frame.objects},
       {"raw", frame.raw.string()},
       {"truth", frame.truth.string()},
       {"cosmic_rays", c.cosmic_ray_count},
       {"conditions",
        {c.zero_point, c.sky_electrons, c.fwhm_eff_arcsec, c.noise_pixels, c.depth_5sigma}}});
}

ExposedFrame frame_from(std::string_view answer, const std::string& detector) {
  const Json json = Json::parse(answer);
  ExposedFrame frame;
  frame.detector = detector;
  frame.objects = json.at("objects");
  frame.raw = json.at("raw").get<std::string>();
  frame.truth = json.at("truth").get<std::string>();
  imagesim::TrueConditions& c = frame.conditions;
  c.cosmic_ray_count = json.at("cosmic_rays");
  int i = 0;
  // What has no value (the depth of a bias) is null in JSON.
  for (double* value :
       {&c.zero_point, &c.sky_electrons, &c.fwhm_eff_arcsec, &c.noise_pixels, &c.depth_5sigma}) {
    const Json& told = json.at("conditions").at(static_cast<std::size_t>(i++));
    *value = told.is_null() ? std::nan("") : told.get<double>();
  }
  return frame;
}

std::vector<const instrument::Detector*> detectors_of(const ExposeRequest& request) {
  std::vector<const instrument::Detector*> detectors;
  if (request.detectors.empty())
    for (const instrument::Detector& d : request.instrument.camera.detectors)
      detectors.push_back(&d);
  for (const std::string& name : request.detectors)
    detectors.push_back(&request.instrument.detector(name));
  return detectors;
}

}  // namespace

ExposeSummary expose(const ExposeRequest& request, const Execution& execution, run::Crew* crew) {
  check_fields(request.config);
  const std::vector<const instrument::Detector*> detectors = detectors_of(request);
  if (request.visit.kind == instrument::ExposureKind::science)
    (void)request.instrument.band(request.visit.band);

  std::error_code failure;
  std::filesystem::create_directories(request.out / "truth", failure);
  if (failure)
    throw StorageError("cannot make the folder " + (request.out / "truth").string(),
                       failure.message(), "name another with --out");
  const instrument::Site& site = request.instrument.site;
  const sky::SkyModel model(
      request.config.sky,
      request.orbits.empty() ? ephemeris::OrbitCatalog{} : ephemeris::read_orbits(request.orbits),
      ephemeris::Observatory{site.latitude, site.longitude, site.height_m},
      open_populations(request.config.sky));
  const run::Work work = [&](std::string_view order, const Execution& share) {
    const auto& detector = request.instrument.detector(std::string(order));
    share.check_stop();
    const auto frame = simulated_frame(request, detector, model, share);
    return answer_text(write_frame(frame, request.instrument, detector, request.out));
  };
  // One detector after another, each on all threads: a frame of LSST takes about 300 MB.
  constexpr int kAtOnce = 1;
  if (crew != nullptr && !crew->leads()) {
    run::serve(*crew, work, execution, kAtOnce);
    return {};
  }
  run::TaskGraph graph;
  std::vector<std::optional<ExposedFrame>> frames(detectors.size());
  for (std::size_t i = 0; i < detectors.size(); ++i) {
    const std::string& name = detectors[i]->name;
    graph.add(
        {.id = fmt::format("expose {} {}", i, name),
         .needs = {},
         .order = [&name] { return name; },
         .settle = [&, i](std::string_view answer) { frames[i] = frame_from(answer, name); }});
  }
  const run::RunReport report =
      graph.run(execution, {.activity = "expose", .work = work, .at_once = kAtOnce, .crew = crew});
  for (const run::TaskResult& task : report.tasks)
    if (task.state == run::TaskState::failed)
      throw Error(task.code, task.id, task.message, "the same command makes the frames anew");
  if (execution.stop_requested() && report.stopped) throw Stopped();
  ExposeSummary summary{.frames = {}, .code = report.code(), .crew_lost = report.crew_lost};
  for (auto& frame : frames)
    if (frame) summary.frames.push_back(std::move(*frame));
  return summary;
}

}  // namespace skywright::simulation
