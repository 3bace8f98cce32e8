/// Stars and galaxies through the PSF onto a detector, as expected electrons.
#pragma once

#include <span>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/image/image.h"
#include "skywright/imagesim/psf_field.h"

namespace skywright::imagesim {

/// A source on the detector.
struct PlacedObject {
  double x = 0.0, y = 0.0;    ///< [pixel]
  double electrons = 0.0;     ///< expected in the exposure, all of its light
  double radius = 0.0;        ///< half-light radius of the disc, major axis [pixel]; 0: a point
  double bulge_radius = 0.0;  ///< [pixel]
  double bulge_fraction = 0.0;
  double axis_ratio = 1.0;
  double angle = 0.0;    ///< of the major axis, from +x towards +y [rad]
  double trail_x = 0.0;  ///< motion during the exposure [pixel]; (x, y) is its middle
  double trail_y = 0.0;
};

/// Add the expected electrons of `objects` to `electrons`.
/// @param noise standard deviation of the background [electron]: sets how faint a wing is drawn
/// Sources are added to each tile in the order given, so the result does not depend on threads.
void draw_objects(image::ImageView<float> electrons, std::span<const PlacedObject> objects,
                  const PsfField& psf, double noise, const Execution& execution);

}  // namespace skywright::imagesim
