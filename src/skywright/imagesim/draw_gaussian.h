/// Adding elliptical Gaussians to images, the inner loop of the simulator.
#pragma once

#include "skywright/image/image.h"
#include "skywright/imagesim/psf_field.h"

namespace skywright::imagesim {

/// Add flux * gaussian, sampled at pixel centres, where it stands above `floor`.
///
/// Relative error of what is drawn: below 4e-5. A few pixels beside the contour of `floor` are
/// drawn too: columns are taken eight at a time.
/// @param pixels a part of the detector whose first pixel is (x0, y0) of the detector
/// @param x, y centre on the detector [pixel]
/// @param gaussian its weight multiplies `flux`; a positive definite covariance
/// @param floor surface brightness below which nothing needs to be drawn [flux/pixel]; the Gaussian
///        is followed out to at least 2.5 and at most 6 standard deviations
void draw_gaussian(image::ImageView<float> pixels, int x0, int y0, double x, double y, double flux,
                   const PixelGaussian& gaussian, double floor);

/// The plain twin of draw_gaussian: an exponential for each pixel within the contour of `floor`,
/// right to 2e-6. Draws what is too narrow for the other's steps.
void draw_gaussian_plain(image::ImageView<float> pixels, int x0, int y0, double x, double y,
                         double flux, const PixelGaussian& gaussian, double floor);

/// Mahalanobis radius squared to which a Gaussian of this peak is followed down to `floor`.
double followed_to(double peak, double floor);

}  // namespace skywright::imagesim
