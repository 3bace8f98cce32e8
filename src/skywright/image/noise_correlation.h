/// How the noise of an image hangs together from pixel to pixel.
///
/// Resampled, drizzled and convolved images carry correlated noise, and every matched filter that
/// takes it for independent quotes a wrong signal-to-noise ratio. Here the correlation is a value
/// that travels with an image: known from a warp's weights, or measured on source-free pixels.
#pragma once

#include <cstddef>

#include "skywright/image/masked_image.h"

namespace skywright::image {

/// Autocorrelation of the noise, stationary over the image.
struct NoiseCorrelation {
  /// Square, odd side: correlation at lag (i - half, j - half), 1 at the middle, point-symmetric.
  /// Empty stands for independent noise.
  Image<float> lags;
  /// True variance of a pixel over what the image's variance plane says.
  double variance_scale = 1.0;
  std::size_t pixels_used = 0;  ///< 0 where computed, not measured
  /// Share of the variance that a twin has in common: 0 without a twin, near 1 where one image is a
  /// copy of the other or was made from it.
  double shared_with_twin = 0.0;

  [[nodiscard]] bool independent() const { return lags.empty(); }
  [[nodiscard]] int half() const { return lags.empty() ? 0 : lags.width() / 2; }
  /// Correlation at a lag; 0 beyond those held.
  [[nodiscard]] double at(int dx, int dy) const;
};

struct NoiseMeasurementConfig {
  int half = 4;            ///< largest lag [pixel], >= 0
  double clip = 4.0;       ///< pixels beyond this many robust sigma count as sources [sigma]
  int source_margin = 6;   ///< pixels this near to a source's are left out [pixel]
  int background_box = 0;  ///< subtract the median of boxes of this side first; 0 for none [pixel]
};

/// Variance scale and correlation from pixels free of sources and defects, each divided by the root
/// of its variance (where variance is 0 everywhere it is taken as 1).
/// @param ignore mask bits whose pixels are left out (kUnusable always is)
/// @throws InputError with fewer than 1000 pixels left
NoiseCorrelation measure_noise_correlation(const MaskedImageView& image,
                                           const NoiseMeasurementConfig& config = {},
                                           MaskBits ignore = 0);

/// The same for one of two exposures of the same sky on one grid. Sources too faint to be left out
/// are common to both and would pass for correlated noise: the covariance between the exposures,
/// scaled by the ratio of their fluxes, is taken off, and the sources of either are left out.
/// Where that would leave less than a tenth of the variance the two are no independent exposures:
/// nothing is taken off, and `shared_with_twin` tells.
/// @param twin the other exposure, of one size with `image`
NoiseCorrelation measure_noise_correlation(const MaskedImageView& image,
                                           const MaskedImageView& twin,
                                           const NoiseMeasurementConfig& config = {},
                                           MaskBits ignore = 0);

/// Correlation of noise with correlation `in` after convolution with `kernel` (odd sides).
NoiseCorrelation convolved_noise_correlation(const NoiseCorrelation& in,
                                             ImageView<const float> kernel, int half);

}  // namespace skywright::image
