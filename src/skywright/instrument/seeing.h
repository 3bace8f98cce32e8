/// How wide a point source is after atmosphere, telescope and camera.
///
/// Both parts grow as airmass^0.6, the atmosphere alone as (500 nm / wavelength)^0.3, and
/// FWHM_eff = 1.16 sqrt(system^2 + 1.04 atmosphere^2): SMTN-002 (Bianco et al.; reference design of
/// LSE-30), with FWHM_geom = 0.822 FWHM_eff + 0.052 (Angeli et al., Document-18040).
#pragma once

#include <cmath>

namespace skywright::instrument {

/// Blur that the atmosphere does not make, at the zenith [arcsec FWHM].
struct SystemSeeing {
  double telescope = 0.25;  ///< optics of the design
  double optics = 0.08;     ///< errors of figure and alignment
  double camera = 0.30;     ///< charge diffusion and the camera's own optics

  [[nodiscard]] double total() const {
    return std::sqrt(telescope * telescope + optics * optics + camera * camera);
  }
};

/// FWHM of the Gaussian that holds as many pixels of noise as the PSF does [arcsec].
/// @param seeing_500 of the atmosphere at the zenith and 500 nm [arcsec]
/// @param wavelength_nm effective, of the band; @param system total at the zenith [arcsec]
inline double fwhm_eff(double seeing_500, double airmass, double wavelength_nm,
                       double system = SystemSeeing{}.total()) {
  const double atmosphere = seeing_500 * std::pow(500.0 / wavelength_nm, 0.3);
  return 1.16 * std::pow(airmass, 0.6) *
         std::sqrt(system * system + 1.04 * atmosphere * atmosphere);
}

/// Width at half of the PSF's peak [arcsec].
constexpr double fwhm_geom(double fwhm_eff) { return 0.822 * fwhm_eff + 0.052; }

}  // namespace skywright::instrument
