#include "skywright/instrument/depth.h"

#include <cmath>

namespace skywright::instrument {

double five_sigma_depth(const Band& band, const SkyConditions& c) {
  const double infinity = band.depth_dcm_infinity;
  const double t = c.exposure_s / 30.0 * std::pow(10.0, -0.4 * (c.sky - band.dark_sky));
  const double dcm = infinity - 1.25 * std::log10(1.0 + (std::pow(10.0, 0.8 * infinity) - 1.0) / t);
  return band.depth_cm + dcm + 0.5 * (c.sky - 21.0) + 2.5 * std::log10(0.7 / c.fwhm_eff) +
         1.25 * std::log10(c.exposure_s / 30.0) - band.extinction * (c.airmass - 1.0);
}

}  // namespace skywright::instrument
