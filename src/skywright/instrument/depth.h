/// How faint a visit sees.
#pragma once

#include "skywright/instrument/instrument.h"

namespace skywright::instrument {

struct SkyConditions {
  double sky = 21.0;         ///< [AB mag/arcsec2]
  double fwhm_eff = 0.7;     ///< of the PSF's equivalent Gaussian [arcsec]
  double exposure_s = 30.0;  ///< of the whole visit
  double airmass = 1.0;
};

/// Five-sigma depth of a point source [AB mag] from the band's Cm and dCm_inf: Ivezic et al.
/// (2019), ApJ 873, 111, eqs. 6 and 7, with extinction k (X - 1) since zero points include one
/// airmass.
/// @pre band.depth_cm is given
double five_sigma_depth(const Band& band, const SkyConditions& conditions);

}  // namespace skywright::instrument
