/// One exposure of a night: processed unless its products are there, and published.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "skywright/archive/archive.h"
#include "skywright/pipelines/exposure_quality.h"
#include "skywright/pipelines/prompt_visit.h"
#include "skywright/pipelines/read_raw.h"
#include "skywright/pipelines/step_times.h"
#include "skywright/pipelines/survey_inputs.h"

namespace skywright::pipelines {

/// A raw frame of the survey.
struct RawFile {
  std::filesystem::path path;
  std::string checksum;  ///< as it was when the frame was ingested
  instrument::VisitInfo info;
};

struct NightExposure {
  DetectorProducts products;
  ExposureQuality quality;
  std::vector<StepTime> times;  ///< empty where it was done already
  bool was_done = false;
};

/// What a night times its steps by: the processor's clock, too, where one thread does all of it.
StepClocks step_clocks(const Execution& execution);

/// The keys of what `process_night_exposure` makes of a frame; nothing is made.
DetectorProducts night_exposure_products(const RawFile& raw,
                                         const instrument::Instrument& instrument,
                                         const SurveyInputs& inputs, const NightConfig& config);

/// The exposure where its products are there already. @throws InputError for an image without
/// header
std::optional<NightExposure> finished_night_exposure(const RawFile& raw,
                                                     const instrument::Instrument& instrument,
                                                     const SurveyInputs& inputs,
                                                     const NightConfig& config,
                                                     const archive::Archive& archive);

/// Clean image, sources, difference image, difference sources and stamps of one raw frame. Their
/// keys hold the raw's and the masters', template's and reference's checksums and the
/// settings that they depend on.
/// @throws InputError where the raw differs from its checksum or the exposure cannot be used
NightExposure process_night_exposure(const RawFile& raw, const instrument::Instrument& instrument,
                                     const SurveyInputs& inputs, const NightConfig& config,
                                     archive::Archive& archive, const Execution& execution);

}  // namespace skywright::pipelines
