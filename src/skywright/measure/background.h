/// The sky under the sources: level and noise in cells of a mesh, by clipped statistics, filtered
/// and interpolated (after Bertin & Arnouts 1996).
#pragma once

#include "skywright/base/execution.h"
#include "skywright/base/fields.h"
#include "skywright/image/image.h"
#include "skywright/image/mask.h"
#include "skywright/measure/spline_mesh.h"

namespace skywright::measure {

struct BackgroundConfig {
  int mesh = 128;            ///< side of a cell [pixel]
  int filter = 3;            ///< side of the median filter over cells, odd [cells]
  double clip = 3.0;         ///< clipping about the median [sigma]
  bool mask_sources = true;  ///< estimate once more with the pixels of found sources left out
};
void describe(Fields& fields, BackgroundConfig& config);

struct Background {
  SplineMesh level;  ///< [image unit]
  SplineMesh rms;    ///< of a pixel's noise [image unit]
  double global_level = 0.0;
  double global_rms = 0.0;
  int empty_cells = 0;  ///< cells with too few usable pixels, filled from their neighbours

  /// Level at every pixel.
  [[nodiscard]] image::Image<float> image(const Execution& execution = Execution()) const;
};

/// @param mask empty for none; pixels with a bit of `ignore`, and those not finite, are left out
/// @throws InputError where no cell has enough usable pixels (an image of NaNs)
Background estimate_background(image::ImageView<const float> pixels,
                               image::ImageView<const image::MaskBits> mask, image::MaskBits ignore,
                               const BackgroundConfig& config,
                               const Execution& execution = Execution());

/// A smooth surface through the medians of `values` (a variance plane) in cells, over usable
/// pixels.
SplineMesh median_mesh(image::ImageView<const float> values,
                       image::ImageView<const image::MaskBits> mask, image::MaskBits ignore,
                       int cell, const Execution& execution = Execution());

}  // namespace skywright::measure
