#include "skywright/simulation/expose.h"

#include <system_error>

#include "skywright/base/error.h"

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

ExposeSummary expose(const ExposeRequest& request, const Execution& execution) {
  check_fields(request.config);
  std::vector<const instrument::Detector*> detectors;
  if (request.detectors.empty())
    for (const instrument::Detector& d : request.instrument.camera.detectors)
      detectors.push_back(&d);
  for (const std::string& name : request.detectors)
    detectors.push_back(&request.instrument.detector(name));
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
      ephemeris::Observatory{site.latitude, site.longitude, site.height_m});
  ExposeSummary summary;
  // One detector after another, each on all threads: a frame of LSST takes about 300 MB.
  for (std::size_t i = 0; i < detectors.size(); ++i) {
    execution.check_stop();
    execution.report("expose", i, detectors.size());
    const auto frame = simulated_frame(request, *detectors[i], model, execution);
    summary.frames.push_back(write_frame(frame, request.instrument, *detectors[i], request.out));
  }
  execution.report("expose", detectors.size(), detectors.size());
  return summary;
}

}  // namespace skywright::simulation
