#include "skywright/instrument/depth.h"

#include <cmath>

namespace skywright::instrument {

double five_sigma_depth(const Band& band, const SkyConditions& c) {
  const double infinity = band.depth_dcm_infinity;
  // Light that one readout collects, in units of 30 s of dark sky. The coadd of n equal exposures
  // gains 1.25 lg n over one, so that the light of the whole visit stands in the last term.
  const double t =
      c.exposure_s / c.exposures / 30.0 * std::pow(10.0, -0.4 * (c.sky - band.dark_sky));
  const double dcm = infinity - 1.25 * std::log10(1.0 + (std::pow(10.0, 0.8 * infinity) - 1.0) / t);
  return band.depth_cm + dcm + 0.5 * (c.sky - 21.0) + 2.5 * std::log10(0.7 / c.fwhm_eff) +
         1.25 * std::log10(c.exposure_s / 30.0) - band.extinction * (c.airmass - 1.0);
}

DepthCoefficients depth_coefficients(const Band& band, const PixelNoise& pixel) {
  constexpr double kSeconds = 30.0;
  constexpr double kFwhm = 0.7;
  // Pixels of a Gaussian PSF's equal-noise area: LSE-40, eq. 2.
  const double pixels = 2.266 * std::pow(kFwhm / pixel.scale_arcsec, 2);
  const double sky = std::pow(10.0, -0.4 * (band.dark_sky - band.zero_point - band.extinction)) *
                     kSeconds * pixel.scale_arcsec * pixel.scale_arcsec;
  const auto depth_with = [&](double noise) {
    // Signal S with S^2 / (S + pixels (sky + noise)) = 25.
    const double signal = 12.5 * (1.0 + std::sqrt(1.0 + 4.0 / 25.0 * pixels * (sky + noise)));
    return band.zero_point - 2.5 * std::log10(signal / kSeconds) - 0.5 * (band.dark_sky - 21.0);
  };
  const double real =
      depth_with(pixel.read_noise * pixel.read_noise + pixel.dark_current * kSeconds);
  return {real, depth_with(0.0) - real};
}

}  // namespace skywright::instrument
