/// Second moments under a matched elliptical Gaussian weight (Bernstein & Jarvis 2002; Hirata &
/// Seljak 2003): the weight's shape is iterated until it equals the shape measured through it.
#pragma once

#include "skywright/image/image.h"
#include "skywright/psf/psf_model.h"

namespace skywright::psf {

struct AdaptiveMoments {
  Moments moments;              ///< of the matched Gaussian: that of a Gaussian profile itself
  image::PixelPosition centre;  ///< where the weighted dipole vanishes, in the stamp's pixels
  double flux = 0.0;            ///< of the best-fitting elliptical Gaussian
  double rho4 = 0.0;            ///< weighted radial fourth moment: 2 for a Gaussian
  int iterations = 0;
  bool converged = false;
};

enum class Centre { fixed, free };

/// @param pixels background-subtracted; @param usable 1 where a pixel counts; empty for all
/// @param start centre to start from (or keep, if fixed) in the stamp's pixels
/// @param sigma first guess of the weight's standard deviation [pixel]
AdaptiveMoments adaptive_moments(image::ImageView<const float> pixels,
                                 image::ImageView<const float> usable, image::PixelPosition start,
                                 double sigma, Centre centre);

}  // namespace skywright::psf
