/// One exposure from raw pixels to difference sources, in memory.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "skywright/calibrate/reference_catalog.h"
#include "skywright/detrend/detrend.h"
#include "skywright/detrend/raw_exposure.h"
#include "skywright/instrument/instrument.h"
#include "skywright/measure/detect_and_measure.h"
#include "skywright/pipelines/exposure_file.h"
#include "skywright/pipelines/exposure_quality.h"
#include "skywright/pipelines/night_config.h"
#include "skywright/pipelines/step_times.h"
#include "skywright/pipelines/user_kernels.h"
#include "skywright/table/table.h"

namespace skywright::pipelines {

/// What an exposure is processed with. Pixels are owned, and let go as soon as they are used: raw
/// frame, masters and template of an LSST CCD take 900 MB.
struct ProcessInputs {
  detrend::RawExposure raw;
  const instrument::Instrument& instrument;
  const instrument::Detector& detector;
  detrend::Masters masters;
  const calibrate::ReferenceCatalog& reference;  ///< in the exposure's band, at its epoch
  std::function<Exposure()> coadd = {};          ///< gives the template; empty where there is none
  const UserKernels& kernels;
};

/// Pixels of the three pictures of a difference source, all on the science grid.
struct DifferenceImages {
  Exposure difference;
  image::MaskedImage coadd;  ///< the template, warped
};

struct ProcessedExposure {
  instrument::VisitInfo info;
  Exposure exposure;     ///< clean, sky subtracted [electron]
  table::Table sources;  ///< Source rows
  std::optional<DifferenceImages> difference;
  table::Table dia_sources;  ///< DiaSource rows, empty without a template
  ExposureQuality quality;
  std::vector<StepTime> times;
};

/// Detrend, measure, solve, and, given a template, warp it, subtract and measure the difference.
/// @throws InputError where the exposure cannot be used (no stars, no match with the reference)
ProcessedExposure process_exposure(ProcessInputs inputs, const NightConfig& config,
                                   const StepClocks& clocks, const Execution& execution);

}  // namespace skywright::pipelines
