/// Picks the stars that a PSF model is made from.
#pragma once

#include <vector>

#include "skywright/base/execution.h"
#include "skywright/image/image.h"
#include "skywright/measure/measure_config.h"
#include "skywright/measure/psf_fit.h"
#include "skywright/measure/source_noise.h"

namespace skywright::measure {

struct PsfStars {
  std::vector<PsfStar> stars;
  int candidates = 0;  ///< bright, whole and isolated, before the choice by size
  double fwhm = 0.0;   ///< of the stars' matched Gaussians [pixel]; of the smallest sources where
                       ///< there are no stars; 0 where there is nothing
};

/// Bright isolated unflagged sources whose size lies on the stellar locus: the densest clump of
/// sizes (half-sample mode, Bickel & Fruehwirth 2006), a few percent wide.
PsfStars select_psf_stars(const LabelledSky& sky, const NoiseInput& noise,
                          const std::vector<Footprint>& footprints,
                          image::ImageView<const float> significance, double first_fwhm,
                          const MeasureConfig& config, const Execution& execution = Execution());

}  // namespace skywright::measure
