/// From pixels of the sky to pixels of a screen.
///
///     const Limits limits = zscale_limits(image);
///     std::string png = encode_png(gray_picture(block_mean(image, 4), limits, Stretch::asinh));
///
/// Pictures have +y up: the image's row 0 becomes the lowest row.
#pragma once

#include "skywright/draw/canvas.h"
#include "skywright/image/image.h"
#include "skywright/image/mask.h"

namespace skywright::draw {

/// Values shown as black and as white.
struct Limits {
  double low = 0.0;
  double high = 1.0;
};

/// Limits around the sky that show faint structure: a line fitted to the sorted values, its slope
/// over `contrast` (IRAF's zscale, Tody 1986, SPIE 627, 733). NaN and infinities are ignored; an
/// image without values gives [0, 1].
Limits zscale_limits(image::ImageView<const float> image, double contrast = 0.25);

/// Limits at two quantiles of the finite values, 0 <= low < high <= 1.
Limits quantile_limits(image::ImageView<const float> image, double low, double high);

/// Median of the finite values plus and minus `sigmas` times the scatter (from the quartiles).
Limits sigma_limits(image::ImageView<const float> image, double below, double above);

enum class Stretch {
  linear,
  asinh  ///< linear near black, logarithmic towards white (Lupton et al. 2004, PASP 116, 133)
};

/// Values that are not finite are drawn in `missing`.
Canvas gray_picture(image::ImageView<const float> image, Limits limits,
                    Stretch stretch = Stretch::linear, Colour missing = {90, 20, 20});

/// Blue below zero, white at zero, red above; +-`range` is full colour.
Canvas diverging_picture(image::ImageView<const float> image, double range,
                         Colour missing = {128, 128, 128});

/// Tint the pixels that have any of `bits`. @pre picture and mask have one size
void overlay_mask(Canvas& picture, image::ImageView<const image::MaskBits> mask,
                  image::MaskBits bits, Colour colour, double opacity = 0.6);

/// Mean of the finite pixels of each `factor` x `factor` block; NaN where there are none. What is
/// left over at the far edges makes smaller blocks.
image::Image<float> block_mean(image::ImageView<const float> image, int factor);
/// Bits that any pixel of a block has.
image::Image<image::MaskBits> block_any(image::ImageView<const image::MaskBits> mask, int factor);

}  // namespace skywright::draw
