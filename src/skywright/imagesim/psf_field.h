/// The point-spread function of one exposure over the focal plane.
///
/// Kolmogorov turbulence convolved with the telescope's blur, a Gaussian whose covariance grows off
/// axis (defocus as the square of the field radius) and is drawn out radially (astigmatism), with a
/// small constant ellipticity from tracking. Not modelled: coma's skewness, diffraction spikes, the
/// brighter-fatter effect, wings beyond 20 times the FWHM.
#pragma once

#include <vector>

#include "skywright/imagesim/gaussian_mixtures.h"
#include "skywright/instrument/instrument.h"

namespace skywright::imagesim {

/// A Gaussian of a mixture on the pixel grid.
struct PixelGaussian {
  double weight = 0.0;
  double xx = 0.0, xy = 0.0, yy = 0.0;  ///< covariance [pixel^2], the pixel's own square included
};

/// Symmetric 2x2 covariance [pixel^2].
struct Covariance {
  double xx = 0.0, xy = 0.0, yy = 0.0;
};

struct PsfConditions {
  double fwhm_eff_arcsec = 0.8;      ///< FWHM of the Gaussian with as many effective noise pixels
  double optics_fwhm_arcsec = 0.40;  ///< telescope, camera and dome: 0.25 (+) 0.08 (+) 0.30 arcsec
  double tracking_e1 = 0.0;          ///< of the blur's covariance
  double tracking_e2 = 0.0;
};

class PsfField {
 public:
  /// @param field_radius_mm radius of the field of view in the focal plane
  PsfField(const PsfConditions& conditions, const instrument::Instrument& instrument,
           const instrument::Detector& detector);

  /// The telescope's blur at a place of the detector, without atmosphere and pixel [pixel^2].
  [[nodiscard]] Covariance blur_at(double x, double y) const;
  /// All of the PSF, pixel included; unit flux.
  [[nodiscard]] std::vector<PixelGaussian> at(double x, double y, Fidelity fidelity) const;
  /// 1 / sum(PSF^2): the pixels whose noise a matched filter sees.
  [[nodiscard]] double noise_pixels(double x, double y) const;
  [[nodiscard]] double kolmogorov_fwhm_pixel() const { return kolmogorov_fwhm_; }

 private:
  double pixel_mm_ = 0.01;
  double centre_x_mm_ = 0.0, centre_y_mm_ = 0.0;
  double cos_rotation_ = 1.0, sin_rotation_ = 0.0;
  double half_width_ = 0.0, half_height_ = 0.0;
  double field_radius_mm_ = 1.0;
  double blur_variance_ = 0.0;  ///< on axis [pixel^2]
  double tracking_e1_ = 0.0, tracking_e2_ = 0.0;
  double kolmogorov_fwhm_ = 1.0;  ///< [pixel]
};

/// sum of the square of a mixture of Gaussians over the plane [1/pixel].
double integral_of_square(const std::vector<PixelGaussian>& mixture);

}  // namespace skywright::imagesim
