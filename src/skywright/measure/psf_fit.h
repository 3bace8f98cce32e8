/// A PSF model from images of stars.
///
/// Each star is forward modelled as flux * (PSF at its place, shifted to its centre); residuals are
/// shifted back and averaged with a polynomial in position, until nothing more is gained
/// (Landweber's iteration of the linear least-squares problem, cf. Anderson & King 2000). Beyond
/// twice the FWHM, where single pixels hold mostly noise, the azimuthal mean follows a power law.
#pragma once

#include <cstdint>
#include <vector>

#include "skywright/image/image.h"
#include "skywright/psf/psf_model.h"

namespace skywright::measure {

struct PsfStar {
  image::PixelPosition position;
  image::Box box;              ///< of its stamp in the image: a square of odd side
  image::Image<float> pixels;  ///< background-subtracted
  image::Image<float> usable;  ///< 1 or 0
  double sky_variance = 1.0;   ///< of a pixel
  double poisson = 0.0;        ///< variance a unit of the star's own light
  double fwhm = 3.0;           ///< of its matched Gaussian [pixel]
};

struct PsfFit {
  psf::PsfModel model;
  std::vector<std::uint8_t> used;  ///< one a star: 0 for outliers (blends, galaxies, defects)
  int stars = 0;
  int degree = 0;
};

/// @param stars one or more, stamps of one side
/// @param degree upper limit; lowered where stars are few (10 for 1, 30 for 2, 60 for 3)
PsfFit fit_psf(const std::vector<PsfStar>& stars, const image::Box& domain, int degree);

}  // namespace skywright::measure
