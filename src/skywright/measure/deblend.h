/// Splits a footprint into the sources that share it, and shares its light among them.
///
/// Peaks are found on the tree of all thresholds: a branch is a source of its own if, where it
/// joins a brighter one, it stands out by enough flux and significance (the criterion of Bertin &
/// Arnouts 1996, at every level instead of 32). Light is shared in proportion to templates that are
/// symmetric about each peak (after Lupton's SDSS deblender), each found on what the others leave.
#pragma once

#include <vector>

#include "skywright/base/fields.h"
#include "skywright/image/image.h"
#include "skywright/measure/footprints.h"

namespace skywright::measure {

struct DeblendConfig {
  bool enabled = true;
  double min_contrast = 0.005;    ///< share of the footprint's flux that a child needs
  double min_significance = 3.0;  ///< peak of a child above the saddle to a brighter one [sigma]
  int max_children = 60;          ///< per footprint; the least significant are merged
};
void describe(Fields& fields, DeblendConfig& config);

struct Child {
  int peak_x = 0;
  int peak_y = 0;
  float peak = 0.0F;          ///< significance there, positive
  int area = 0;               ///< pixels of which it has the greatest share
  image::Image<float> share;  ///< over the footprint's box, 0..1; empty: all is its own
};

struct Deblended {
  std::vector<Child> children;  ///< most significant first; at least one
  int merged = 0;               ///< peaks beyond max_children
};

/// @param significance the image that `footprint` was found on
/// @param sky background-subtracted pixels, zero where not usable
/// @param sigma noise of a pixel of `sky`
/// @param threshold lowest peak of a child [sigma]
Deblended deblend(const Footprint& footprint, image::ImageView<const float> significance,
                  image::ImageView<const float> sky, double sigma, double threshold,
                  const DeblendConfig& config);

}  // namespace skywright::measure
