/// Flux through a Gaussian weight of given shape: the classic matched flux.
#pragma once

#include "skywright/image/image.h"
#include "skywright/psf/psf_model.h"

namespace skywright::measure {

struct GaussianFlux {
  double flux = 0.0;    ///< of the Gaussian whose amplitude fits best; 0 where no pixel counts
  double usable = 0.0;  ///< share of the weight's power (sum w^2) on usable pixels
};

/// Least-squares amplitude of exp(-d^T M^-1 d / 2), equal weights on usable pixels, times the
/// Gaussian's integral. Of a profile with the moments M that is no Gaussian it holds one part, the
/// same for all of its kind: 0.88 for a Moffat profile of beta 3.
/// @param usable 1 where a pixel counts; empty for all
/// @param centre in the pixels of `pixels`; @param shape M, determinant > 0
/// Reference: what LSST calls base_GaussianFlux; Bernstein & Jarvis (2002), AJ 123, 583.
GaussianFlux gaussian_flux(image::ImageView<const float> pixels,
                           image::ImageView<const float> usable, image::PixelPosition centre,
                           const psf::Moments& shape);

/// Variance of that flux where the sky has variance `sky` a pixel and the light `poisson` a unit:
/// the integrals of a Gaussian's square and cube.
double gaussian_flux_variance(const psf::Moments& shape, double flux, double sky, double poisson);

}  // namespace skywright::measure
