/// Cosmic rays in a single exposure, told from stars by the sharpness of their edges.
#pragma once

#include "skywright/base/execution.h"
#include "skywright/base/fields.h"
#include "skywright/image/masked_image.h"

namespace skywright::detrend {

struct CosmicRayConfig {
  bool enabled = true;
  double threshold = 4.5;            ///< Laplacian above the noise of a first pixel [sigma]
  double neighbour_threshold = 2.5;  ///< of pixels that touch a hit [sigma]
  double contrast = 2.0;             ///< times sharper than a star of this image must a hit be
  double psf_fwhm = 0.0;             ///< of stars [pixel]; 0 measures it in the image
  int iterations = 6;
};
void describe(Fields& fields, CosmicRayConfig& config);

struct CosmicRayReport {
  int pixels = 0;         ///< flagged CR
  int candidates = 0;     ///< pixels above the threshold before the contrast test
  double psf_fwhm = 0.0;  ///< taken for the contrast [pixel]
};

/// Flag cosmic rays (CR) and replace their values from their neighbours (INTRP).
///
/// Laplacian edge detection after van Dokkum (2001), PASP 113, 1420: the Laplacian of the image
/// subsampled twice, its positive part averaged back, less its own local median, over the noise;
/// compared with the fine structure (3x3 median less its 7x7 median). Two things differ. The
/// Laplacian is evaluated in closed form in one pass and medians only at the few pixels above a
/// local threshold, which gives the same decisions at a hundredth of the cost. The contrast is
/// measured in units of what a point source of this image shows, so that no star core is taken,
/// however good the seeing, and hits as wide as two pixels are.
/// @param image sky not subtracted; variance is that of the pixel values. Saturated, bad and
///        NO_DATA pixels and those within two pixels of a saturated one are never flagged.
CosmicRayReport reject_cosmic_rays(image::MaskedImage& image, const CosmicRayConfig& config,
                                   const Execution& execution);

/// FWHM of the stars [pixel] from the curvature of bright local maxima; 0 where there are too few.
double estimate_star_fwhm(const image::MaskedImageView& image);

/// Laplacian over fine structure of a round Gaussian star, the largest over its place in a pixel.
double star_contrast(double fwhm);

}  // namespace skywright::detrend
