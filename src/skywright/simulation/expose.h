/// Raw frames of a visit as files, with the truth beside them: what `skywright expose` runs.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "skywright/base/error.h"
#include "skywright/base/execution.h"
#include "skywright/imagesim/simulate.h"
#include "skywright/instrument/visit_info.h"
#include "skywright/run/crew.h"
#include "skywright/simulation/sky_settings.h"
#include "skywright/sky/sky_model.h"

namespace skywright::simulation {

/// Everything that shapes simulated frames, as a configuration file holds it.
struct SimulationConfig {
  SkySettings sky;
  imagesim::ImageSimConfig image;
};
void describe(Fields& fields, SimulationConfig& config);

struct ExposeRequest {
  instrument::Instrument instrument;
  instrument::VisitInfo visit;         ///< `detector` is not used
  std::vector<std::string> detectors;  ///< names; empty: all
  SimulationConfig config;
  std::uint64_t seed = 1;  ///< of noise, pointing and atmosphere; the sky has its own in the config
  sky::SkyContent content = sky::SkyContent::everything;
  std::string orbits;  ///< text of an orbit file (ephemeris), empty for none
  std::filesystem::path out;
};

struct ExposedFrame {
  std::string detector;
  std::filesystem::path raw;
  std::filesystem::path truth;  ///< catalog; the mask and true WCS stand in the .fits beside it
  std::size_t objects = 0;      ///< on the detector
  imagesim::TrueConditions conditions;
};
struct ExposeSummary {
  std::vector<ExposedFrame> frames;    ///< in the order of the request; without those not made
  ExitCode code = ExitCode::complete;  ///< partial where ranks were lost and frames with them
  bool crew_lost = false;
};

/// Write OUT/<visit>_<detector>.fits.fz, OUT/truth/<visit>_<detector>.parquet and .fits.
/// The bytes do not depend on the number of threads.
/// @param crew  the launch that this process belongs to, if any: rank 0 leases detectors to the
///         others, which return an empty summary
/// @throws ConfigError for a detector, band or config that does not exist; StorageError; Stopped
ExposeSummary expose(const ExposeRequest& request, const Execution& execution,
                     run::Crew* crew = nullptr);

/// One frame in memory, for those who want no files: sky, then camera.
imagesim::RawExposure simulated_frame(const ExposeRequest& request,
                                      const instrument::Detector& detector,
                                      const sky::SkyModel& model, const Execution& execution);

/// Write a frame and its truth. @returns the paths
ExposedFrame write_frame(const imagesim::RawExposure& exposure,
                         const instrument::Instrument& instrument,
                         const instrument::Detector& detector, const std::filesystem::path& out);

}  // namespace skywright::simulation
