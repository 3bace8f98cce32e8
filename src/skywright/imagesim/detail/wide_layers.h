/// Wide Gaussians drawn on coarse grids, which are then interpolated to pixels.
#pragma once

#include <array>

#include "skywright/image/image.h"
#include "skywright/imagesim/psf_field.h"

namespace skywright::imagesim::detail {

/// What the wide Gaussians of a strip of a detector add to it.
///
/// A Gaussian that varies little from one pixel to the next need not be evaluated at each: the
/// wings of stars and galaxies are most of all evaluations. Grids of every 2nd, 4th and 8th
/// pixel each take those at least three of their steps wide in every direction. Interpolation by
/// six points then errs by at most (225/64) h^6 f''''''/720 = 0.073 (h/sigma)^6 = 1.0e-4 of a
/// Gaussian's own peak.
class WideLayers {
 public:
  /// @param strip where the sum will be added; @param y0 the detector's row of its first row, a
  ///        multiple of 8
  WideLayers(image::ImageView<float> strip, int y0);

  /// Draw as draw_gaussian does. False where the Gaussian is too narrow for any grid.
  bool draw(double x, double y, double flux, const PixelGaussian& gaussian, double floor);

  /// Add all that was drawn to the strip. Call once, at the end.
  void add();

 private:
  image::ImageView<float> strip_;
  int y0_;
  std::array<image::Image<float>, 3> grids_;  ///< of every 2nd, 4th, 8th pixel
};

}  // namespace skywright::imagesim::detail
