/// What one unit of an image's flux is worth.
#pragma once

#include <span>

namespace skywright::calibrate {

struct ZeroPoint {
  double magnitude = 0.0;   ///< AB magnitude of 1 unit of image flux; NaN where it is not known
  double error = 0.0;       ///< [mag] of `magnitude`
  double rms = 0.0;         ///< scatter of single stars [mag]
  double nanojansky = 0.0;  ///< per unit of image flux
  double intrinsic = 0.0;   ///< scatter beyond quoted errors [mag]
  int stars = 0;            ///< used
  int clipped = 0;
};

/// Weighted mean ratio of reference to image flux over stars, in magnitudes.
///
/// Weights count the errors of both and the scatter beyond them, which is found with the mean;
/// stars beyond 3.5 sigma (variable, blended, of odd colour) are left out. No colour term is
/// fitted: the reference is taken to be in the image's own band.
/// @pre all spans of one length
ZeroPoint fit_zero_point(std::span<const double> flux, std::span<const double> flux_err,
                         std::span<const double> reference, std::span<const double> reference_err);

}  // namespace skywright::calibrate
