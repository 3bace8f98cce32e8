/// From one clean image to its catalog and PSF: background, matched filter, footprints, deblending,
/// PSF model, centroids, fluxes, shapes and flags.
///
///     const MeasureResult r = detect_and_measure(exposure, MeasureConfig{}, execution);
///     table::Table t = to_table(r.sources);
#pragma once

#include "skywright/base/execution.h"
#include "skywright/image/masked_image.h"
#include "skywright/measure/background.h"
#include "skywright/measure/footprints.h"
#include "skywright/measure/measure_config.h"
#include "skywright/measure/source_catalog.h"
#include "skywright/measure/source_kernel.h"
#include "skywright/psf/psf_model.h"

namespace skywright::measure {

/// Counts for the quality report.
struct MeasureCounts {
  int footprints = 0;
  int rejected_small = 0;
  int blended_footprints = 0;
  int deblended_children = 0;
  int psf_candidates = 0;
  int psf_stars = 0;  ///< in the model after rejection; 0: an analytic PSF was taken
  int psf_degree = 0;
};

struct MeasureResult {
  SourceCatalog sources;
  psf::PsfModel psf;
  Background background;
  std::vector<Footprint> footprints;  ///< for mask planes and plots
  MeasureCounts counts;
};

/// @param image not background-subtracted (subtracting again does no harm); variance may be an
/// empty view: then the background's rms squared is taken. Pixels with kUnusable bits, and those
/// not finite, never count.
/// @param kernels measurements beside ours, whose columns follow ours
/// @throws ConfigError; InputError where no pixel is usable; what a kernel throws
MeasureResult detect_and_measure(const image::MaskedImageView& image, const MeasureConfig& config,
                                 const Execution& execution = Execution(),
                                 SourceKernels kernels = {});

/// The same with a PSF that is known already: no stars are selected.
MeasureResult detect_and_measure(const image::MaskedImageView& image, const psf::PsfModel& psf,
                                 const MeasureConfig& config,
                                 const Execution& execution = Execution(),
                                 SourceKernels kernels = {});

/// The steps after detection for a difference image: sources at given footprints of a
/// background-free image, with a known PSF and each pixel's own variance. Deblends, centres, and
/// measures PSF, aperture fluxes, moments and flags; negative footprints give negative fluxes.
SourceCatalog measure_footprints(const image::MaskedImageView& image,
                                 const std::vector<Footprint>& footprints,
                                 image::ImageView<const float> significance,
                                 const psf::PsfModel& psf, const MeasureConfig& config,
                                 const Execution& execution = Execution());

}  // namespace skywright::measure
