/// Mask bits spread over the squares around their pixels.
#pragma once

#include "skywright/base/execution.h"
#include "skywright/image/image.h"
#include "skywright/image/mask.h"

namespace skywright::image {

/// Which bits spread, and how far.
struct SpreadRule {
  MaskBits bits = ~MaskBits{0};  ///< those that spread,
  MaskBits needs = 0;            ///< of pixels that have all of these
  MaskBits bars = 0;             ///< and none of these
  int half = 0;                  ///< over the square of side 2 half + 1 around each
};

/// Or a row of bits into another.
void or_into(const MaskBits* from, int count, MaskBits* to);

/// Or into `out` what the rule spreads of `mask`. Costs a pass over the mask, and more only where
/// there are such bits. @pre `out` is of the size of `mask` and does not overlap it
void spread_bits(ImageView<const MaskBits> mask, const SpreadRule& rule, ImageView<MaskBits> out,
                 const Execution& execution);

/// Each pixel's bits or-ed over the square of side 2 half + 1 around it.
Image<MaskBits> dilate(ImageView<const MaskBits> mask, int half,
                       const Execution& execution = Execution());

}  // namespace skywright::image
