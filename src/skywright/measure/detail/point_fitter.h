/// Fits one PSF to a stamp: flux and position by Gauss-Newton steps.
#pragma once

#include <vector>

#include "skywright/image/image.h"

namespace skywright::measure::detail {

/// The PSF and its derivatives along x and y, over a square of side 2 half + 1.
struct ShiftedPsf {
  int side = 0;
  std::vector<float> value;
  std::vector<float> along_x;  ///< change of the value as the source moves along x [1 / pixel]
  std::vector<float> along_y;
};

struct PointFit {
  double flux = 0.0;
  double x = 0.0;  ///< in the stamp's pixels
  double y = 0.0;
  double flux_err = 0.0;  ///< at a fixed position
  double x_err = 0.0;
  double y_err = 0.0;
  double chi2 = 0.0;
  int ndata = 0;
  double usable = 0.0;  ///< share of sum p^2 on usable pixels
  bool converged = false;
};

/// Noise of a pixel: constant + poisson * max(0, model).
struct PixelNoise {
  double constant = 1.0;
  double poisson = 0.0;
};

enum class Position { fixed, free };

class PointFitter {
 public:
  /// @param centred the PSF, unit sum, odd side
  /// @param half reach of the fit around the source [pixel]
  PointFitter(image::ImageView<const float> centred, int half);

  /// The PSF of a source displaced by (dx, dy), each within [-0.5, 0.5], from the middle pixel.
  void shift(double dx, double dy, ShiftedPsf& out);

  PointFit fit(image::ImageView<const float> pixels, image::ImageView<const float> usable,
               image::PixelPosition start, Position position, double max_shift,
               const PixelNoise& noise);

 private:
  int half_;
  int padded_;              // side of psf_: 2 (half + taps) + 1
  std::vector<float> psf_;  // the PSF's core with a margin for the taps
  std::vector<float> rows_;
  std::vector<float> slopes_;
  ShiftedPsf at_;
};

/// The side that a fit needs: all but a few 1e-4 of sum p^2.
int fit_half(image::ImageView<const float> centred);

}  // namespace skywright::measure::detail
