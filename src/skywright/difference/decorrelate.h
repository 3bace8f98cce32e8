/// Makes a difference's noise independent again, and the matched filter's score with it.
#pragma once

#include <optional>

#include "skywright/base/execution.h"
#include "skywright/difference/matching_kernel.h"
#include "skywright/image/masked_image.h"
#include "skywright/image/noise_correlation.h"
#include "skywright/psf/psf_model.h"

namespace skywright::difference {

/// What an image went through before it entered the difference: convolution with `fixed`, then with
/// `kernel`, then a factor. What is empty did not happen.
struct FilterChain {
  Image<float> fixed;
  const MatchingKernel* kernel = nullptr;
  bool unit_sum = false;  ///< the kernel was divided by its sum
};

/// difference = science chain * science - reference chain * reference, as it was made.
struct RawDifference {
  image::MaskedImage image;  ///< unusable pixels 0 with variance 0
  FilterChain science;
  FilterChain reference;
  bool divided_by_kernel_sum = false;  ///< the reference was, its kernel being the science's
};

struct DecorrelateConfig {
  int tile = 448;             ///< side of a tile's core, within which noise and PSF are constant
  int margin = 32;            ///< overlap on each side [pixel]
  int psf_half = 20;          ///< half side of the resulting PSF's images, at most [pixel]
  double least_power = 1e-3;  ///< noise power below this part of that at zero frequency is not
                              ///< amplified further
};

struct Decorrelated {
  image::MaskedImage image;  ///< white noise of the given variance; sums of flux as they were
  Image<float> score;        ///< matched-filter signal-to-noise ratio; 0 where mostly unusable
  psf::PsfModel psf;         ///< of `image`, cut and of unit sum
  /// Part of a point source's flux within the cut: a PSF with wide wings has more outside.
  double psf_enclosed = 1.0;
};

/// The filter phi(f) = sqrt(N(0) / N(f)) with N the noise power of the difference, from the two
/// variance planes, correlations and filter chains (Reiss & Lupton 2016, DMTN-021, eq. 7, there for
/// independent noise and without the correlations).
/// @param difference its image is taken: nothing is left of it
/// @param science, reference variance planes and masks of the inputs; pixels are not looked at
Decorrelated decorrelate(RawDifference& difference, const image::MaskedImageView& science,
                         const image::MaskedImageView& reference,
                         const image::NoiseCorrelation& science_noise,
                         const image::NoiseCorrelation& reference_noise,
                         const psf::PsfModel& science_psf, const DecorrelateConfig& config,
                         const Execution& execution);

}  // namespace skywright::difference
