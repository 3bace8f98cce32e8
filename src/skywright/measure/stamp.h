/// A source cut out of its image: neighbours taken off, what cannot be used marked.
#pragma once

#include <cstdint>

#include "skywright/image/image.h"
#include "skywright/image/mask.h"
#include "skywright/measure/deblend.h"
#include "skywright/measure/footprints.h"

namespace skywright::measure {

/// What stamps are cut from; all of one size.
struct LabelledSky {
  image::ImageView<const float> pixels;  ///< background-subtracted, zero where not usable
  image::ImageView<const image::MaskBits> mask;
  image::ImageView<const std::int32_t> labels;  ///< 1 + index of the footprint a pixel is in, or 0
  image::MaskBits ignore = image::kUnusable;
};

struct Stamp {
  image::Box box;              ///< in the image; cut at its edges
  image::Image<float> pixels;  ///< times the footprint's sign; holes filled by symmetry
  image::Image<float> usable;  ///< 1, or 0 for a masked pixel or one of another footprint
};

/// @param centre pixels that cannot be used take the value opposite to it, or zero
Stamp cut_stamp(const LabelledSky& sky, const image::Box& wanted, std::int32_t label,
                const Footprint& footprint, const Child& child, image::PixelPosition centre);

enum class Labels { draw, erase };
/// Write every footprint's label, or zeros in its place.
void set_labels(image::Image<std::int32_t>& labels, const std::vector<Footprint>& footprints,
                Labels action);
/// An image of zeros with every footprint's label drawn.
image::Image<std::int32_t> label_image(int width, int height,
                                       const std::vector<Footprint>& footprints);

}  // namespace skywright::measure
