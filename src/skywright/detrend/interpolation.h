/// Values for pixels that have none of their own.
#pragma once

#include "skywright/image/masked_image.h"

namespace skywright::detrend {

/// Replace pixels with any of the bits `bad` by the mean of the nearest good pixels to the left,
/// right, above and below, weighted by 1 / distance^2, and set INTRP. Their variance becomes the
/// same mean of variances: that of one pixel, so that noise maps stay smooth; INTRP tells that the
/// value is not independent.
/// @param reach farthest good pixel looked for [pixel]; where none is found value and variance of
///        the pixel stay and INTRP is not set
/// @return how many pixels were replaced
int interpolate_over(image::MaskedImage& image, image::MaskBits bad, int reach = 24);

}  // namespace skywright::detrend
