/// Kron fluxes: light within an ellipse as large as the source's own first moment asks for.
#pragma once

#include "skywright/image/image.h"
#include "skywright/measure/aperture.h"
#include "skywright/psf/psf_model.h"

namespace skywright::measure {

/// The first moment of light over elliptical radius (Kron 1980), in units of the ellipse of
/// `shape`, summed to `reach` of those units; NaN where there is no light.
double kron_radius(image::ImageView<const float> pixels, image::ImageView<const float> usable,
                   image::PixelPosition centre, const psf::Moments& shape, double reach);

/// The share of a point source's light within an ellipse about its centre; 1 beyond the stamp.
double psf_share(image::ImageView<const float> centred_psf, const Ellipse& ellipse);

}  // namespace skywright::measure
