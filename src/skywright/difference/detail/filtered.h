/// An image under a kernel, its variance and mask with it.
#pragma once

#include "skywright/base/execution.h"
#include "skywright/difference/matching_kernel.h"
#include "skywright/image/masked_image.h"
#include "skywright/image/noise_correlation.h"
#include "skywright/psf/psf_model.h"

namespace skywright::difference::detail {

/// The middle of a PSF as a kernel of unit sum.
image::Image<float> as_kernel(const psf::PsfModel& psf, PixelPosition where);

MatchingKernel constant_kernel(const image::Box& domain, image::Image<float> image);

/// Convolved; unusable bits spread as far as the kernel carries their light, and EDGE where it
/// reaches over the border.
image::MaskedImage filtered(const image::MaskedImageView& in, const MatchingKernel& kernel,
                            const image::NoiseCorrelation& noise, const Execution& execution);

}  // namespace skywright::difference::detail
