/// How faint a visit sees.
#pragma once

#include "skywright/instrument/instrument.h"

namespace skywright::instrument {

struct SkyConditions {
  double sky = 21.0;         ///< [AB mag/arcsec2]
  double fwhm_eff = 0.7;     ///< of the PSF's equivalent Gaussian [arcsec]
  double exposure_s = 30.0;  ///< of the whole visit
  double airmass = 1.0;
  int exposures = 1;  ///< that the visit is read out in
};

/// Five-sigma depth of a point source [AB mag] from the band's Cm and dCm_inf: Ivezic et al.
/// (2019), ApJ 873, 111, eqs. 6 and 7, with extinction k (X - 1) since zero points include one
/// airmass. Cm and dCm_inf belong to one exposure of 30 s; a visit of several shorter ones is their
/// coadd (rubin_scheduler, m5_flat_sed).
/// @pre band.depth_cm is given
double five_sigma_depth(const Band& band, const SkyConditions& conditions);

/// What a pixel adds besides light.
struct PixelNoise {
  double scale_arcsec = 0.2;
  double read_noise = 0.0;    ///< [electron]
  double dark_current = 0.0;  ///< [electron/s]
};
struct DepthCoefficients {
  double cm = 0.0;
  double dcm_infinity = 0.0;
};
/// Cm and dCm_inf of a band that gives none: signal to noise 5 in one exposure of 30 s, seeing 0.7
/// arcsec, dark sky, at the zenith, and the same with noiseless pixels (SMTN-002). Sky light does
/// not pass the air that dims a star, so its zero point is fainter by the extinction.
/// @pre zero_point and dark_sky of the band are given
DepthCoefficients depth_coefficients(const Band& band, const PixelNoise& pixel);

}  // namespace skywright::instrument
