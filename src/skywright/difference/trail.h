/// The line that a moving source draws in one exposure, from its moments.
#pragma once

#include "skywright/psf/psf_model.h"

namespace skywright::difference {

struct Trail {
  double length = 0.0;  ///< of the line that was convolved with the PSF [pixel]; 0 for a point
  double angle = 0.0;   ///< of its direction from +x towards +y [rad], in (-pi/2, pi/2]
};

/// The uniform line that makes a Gaussian PSF of moments `psf` look like `source` through a matched
/// Gaussian weight. Along the line, with s^2 of the source and p^2 of the PSF, the weight cuts the
/// line's own places to a normal distribution of variance T^2 = s^2 + p^2, and matching demands
///     1 - 2 k n(k) / erf(k / sqrt 2) = (s^2 - p^2) / (2 s^2),  k = length / (2 T)
/// with n the normal density. The plain sqrt(12 (s^2 - p^2)) is its limit for short lines and a
/// quarter too long for long ones.
/// @param source, psf adaptive moments, positive definite
Trail trail_of(const psf::Moments& source, const psf::Moments& psf);

}  // namespace skywright::difference
