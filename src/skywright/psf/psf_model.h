/// The point-spread function over a field: images whose pixels are polynomials of position.
///
/// A model is an immutable value. Pixel (i, j) of the centred PSF image at (x, y) is
/// sum_k C_k(i, j) T_m(u) T_n(v), with u, v in [-1, 1] over the domain and (m, n) the k-th pair of
/// m + n <= degree in the order (0,0) (1,0) (0,1) (2,0) (1,1) (0,2) ...; T are Chebyshev
/// polynomials.
#pragma once

#include <vector>

#include "skywright/image/box.h"
#include "skywright/image/image.h"

namespace skywright::psf {

using image::Box;
using image::Image;
using image::PixelPosition;

/// Second central moments of a profile [pixel^2].
struct Moments {
  double ixx = 0.0;
  double iyy = 0.0;
  double ixy = 0.0;
};

class PsfModel {
 public:
  /// @param coefficients (degree+1)(degree+2)/2 square images of one odd side; the first is the
  /// mean
  /// @throws InputError where counts or sides do not fit
  PsfModel(const Box& domain, int degree, std::vector<Image<float>> coefficients);

  [[nodiscard]] const Box& domain() const { return domain_; }
  [[nodiscard]] int degree() const { return degree_; }
  [[nodiscard]] int side() const { return coefficients_.front().width(); }
  [[nodiscard]] const std::vector<Image<float>>& coefficients() const { return coefficients_; }

  /// The PSF at `at`, centred on the stamp's middle pixel, unit sum.
  [[nodiscard]] Image<float> centred_image(PixelPosition at) const;
  /// The PSF as a star at `at` shows it: the stamp's middle pixel is (round(x), round(y)) of the
  /// image, the profile is shifted by the fraction (sinc_shift.h), unit sum.
  [[nodiscard]] Image<float> image_at(PixelPosition at) const;

  /// Full width at half maximum of the azimuthal mean [pixel].
  [[nodiscard]] double fwhm(PixelPosition at) const;
  /// Noise-equivalent area 1 / sum(p^2) [pixel].
  [[nodiscard]] double effective_area(PixelPosition at) const;
  /// Moments under a matched elliptical Gaussian weight (Hirata & Seljak 2003 adaptive moments).
  [[nodiscard]] Moments moments(PixelPosition at) const;

 private:
  Box domain_;
  int degree_;
  std::vector<Image<float>> coefficients_;
};

/// A round Gaussian, integrated over pixels, the same everywhere. @param side odd, [pixel]
PsfModel gaussian_psf(double fwhm, int side);
/// A round Moffat profile, integrated over pixels, the same everywhere. @param beta > 1
PsfModel moffat_psf(double fwhm, double beta, int side);
/// A given square image of odd side, normalised to unit sum, the same everywhere.
PsfModel constant_psf(const Image<float>& image);

}  // namespace skywright::psf
