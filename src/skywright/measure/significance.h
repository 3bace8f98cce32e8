/// How many standard deviations a source at each pixel stands above the noise.
#pragma once

#include "skywright/base/execution.h"
#include "skywright/image/convolve.h"
#include "skywright/image/image.h"
#include "skywright/image/mask.h"
#include "skywright/image/masked_image.h"
#include "skywright/measure/spline_mesh.h"

namespace skywright::measure {

/// What a threshold of one sigma refers to.
enum class NoiseUnit {
  filtered,   ///< noise of the filtered image: a true signal-to-noise ratio
  unfiltered  ///< noise of one raw pixel, as source-extractor counts
};

/// Significance with noise that varies smoothly (the sky's): conv(d) / (sigma sqrt(sum k^2)), sums
/// over usable pixels only, so that a masked pixel beside a source lowers neither.
/// @param sky background-subtracted, zero where `usable` is not
/// @param mask pixels with a bit of `ignore` do not count; within a fully masked kernel 0 results
/// @param sigma noise of a pixel
/// @param reuse an image of the same size whose memory the result takes; empty for none
image::Image<float> sky_significance(image::ImageView<const float> sky,
                                     image::ImageView<const image::MaskBits> mask,
                                     image::MaskBits ignore, const SplineMesh& sigma,
                                     const image::Kernel& kernel, NoiseUnit unit,
                                     const Execution& execution = Execution(),
                                     image::Image<float> reuse = {});

/// Significance with each pixel's own variance: conv(d) / sqrt(conv(v, k^2)), unusable pixels left
/// out of both; `noise_factor` scales the noise (correlated pixels).
image::Image<float> pixel_significance(const image::MaskedImageView& image, image::MaskBits ignore,
                                       const image::Kernel& kernel, double noise_factor,
                                       const Execution& execution = Execution());

}  // namespace skywright::measure
