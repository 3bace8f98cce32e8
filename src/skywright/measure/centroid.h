/// Windowed centroids: the place where the dipole under a round Gaussian weight vanishes
/// (XWIN_IMAGE of source-extractor); unbiased for any symmetric profile.
#pragma once

#include <optional>

#include "skywright/image/image.h"

namespace skywright::measure {

/// @param start in the stamp's pixels @param sigma of the weight [pixel]
/// Empty where it wanders more than `max_shift` pixels or meets no light.
std::optional<image::PixelPosition> windowed_centroid(image::ImageView<const float> pixels,
                                                      image::ImageView<const float> usable,
                                                      image::PixelPosition start, double sigma,
                                                      double max_shift);

}  // namespace skywright::measure
