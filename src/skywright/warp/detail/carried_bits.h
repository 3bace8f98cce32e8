/// Which mask bits of an input reach the pixels of a warp.
#pragma once

#include "skywright/base/execution.h"
#include "skywright/image/masked_image.h"

namespace skywright::warp::detail {

/// Bits of a pixel that nothing was put in the place of.
constexpr image::MaskBits valueless(image::MaskBits mask) {
  return (mask & image::bit(image::MaskPlane::interpolated)) != 0 ? 0U : mask & image::kUnusable;
}

/// What kernels take over from the pixels under them. Pixel (x + 1, y + 1) is for a centre between
/// (x, y) and (x + 1, y + 1), x and y from -1: the bits of its 4 x 4 neighbours, and of pixels
/// without a value those of 2 reach x 2 reach. A pixel that is not finite counts as NO_DATA.
image::Image<image::MaskBits> carried_bits(const image::MaskedImageView& in, int reach,
                                           const Execution& execution);

}  // namespace skywright::warp::detail
