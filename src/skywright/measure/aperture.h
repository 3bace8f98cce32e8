/// Sums of pixels within circles and ellipses.
#pragma once

#include <span>
#include <vector>

#include "skywright/image/image.h"
#include "skywright/psf/psf_model.h"

namespace skywright::measure {

struct ApertureSum {
  double sum = 0.0;
  double area = 0.0;     ///< of the aperture within the image [pixel]
  bool complete = true;  ///< it lies within the image and holds only usable pixels
};

/// Sums within circles, each pixel weighted by the exact area that it shares with the circle.
/// @param usable 1 where a pixel counts as measured; empty for all
/// @param centre in the pixels of `pixels`
std::vector<ApertureSum> circular_apertures(image::ImageView<const float> pixels,
                                            image::ImageView<const float> usable,
                                            image::PixelPosition centre,
                                            std::span<const double> radii);

/// An ellipse x^T M^-1 x <= radius^2 of second moments M.
struct Ellipse {
  psf::Moments shape;   ///< determinant > 0
  double radius = 1.0;  ///< in units of the moments' own ellipse
};

/// Border pixels are weighted by 5 x 5 points.
ApertureSum elliptical_aperture(image::ImageView<const float> pixels,
                                image::ImageView<const float> usable, image::PixelPosition centre,
                                const Ellipse& ellipse);

}  // namespace skywright::measure
