/// The level of a difference beside sources, taken off.
#pragma once

#include "skywright/difference/matching_kernel.h"
#include "skywright/image/masked_image.h"

namespace skywright::difference::detail {

/// Take off the median of the difference beside sources in cells, smoothly between them.
/// @param target that image of the two which was not convolved by `kernel`
/// @param kernel by whose sum the difference was divided, and turned round; null where it was not
/// @param cell side of a cell [pixel]
void subtract_mesh(image::MaskedImage& image, const image::MaskedImageView& target,
                   const MatchingKernel* kernel, int cell);

}  // namespace skywright::difference::detail
