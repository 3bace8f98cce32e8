/// Resampling an image onto another grid, its noise carried along.
///
///     WarpResult w = warp(exposure, exposure_wcs, template_wcs, 4096, 4004, {}, execution);
///
/// Each output pixel is a separable sum over input pixels about the place where its centre falls
/// (a sinc under a window: Kaiser's, or Lanczos' after Duchon 1979; weights scaled to unit sum),
/// times the ratio of pixel areas, so that the flux of a source stays what it was. Neglected: the
/// rotation and scale of the kernel itself (right for scales within about 20 % of each other).
///
/// Lanczos weights have a first moment: they displace what they resample by up to 0.02 (lanczos3)
/// and 0.015 pixels (lanczos4), as the phase goes, and so leave dipoles in differences. The Kaiser
/// window leaves 0.0004 of a star's peak (FWHM 4 pixels), a tenth of what lanczos3 does.
#pragma once

#include <array>

#include "skywright/base/execution.h"
#include "skywright/base/fields.h"
#include "skywright/image/masked_image.h"
#include "skywright/image/noise_correlation.h"
#include "skywright/wcs/wcs.h"

namespace skywright::warp {

enum class WarpKernel {
  bilinear,
  lanczos3,  ///< 6 taps
  lanczos4,  ///< 8 taps
  kaiser     ///< 8 taps; for images with at least 2.5 pixels in the FWHM the most exact
};

/// What a pixel value means, which decides how it changes with the size of a pixel.
enum class PixelMeaning {
  flux,               ///< flux in the pixel: scaled by the ratio of areas
  surface_brightness  ///< flux per solid angle: not scaled
};

struct WarpConfig {
  WarpKernel kernel = WarpKernel::kaiser;
  PixelMeaning meaning = PixelMeaning::flux;
  double position_tolerance = 2e-4;  ///< of the interpolated coordinate grid [pixel]
};
void describe(Fields& fields, WarpConfig& config);

struct WarpResult {
  /// On the output grid. Outside the input: 0, variance 0, NO_DATA. Where part of the kernel falls
  /// outside: EDGE. Bits of input pixels under the kernel's inner 4 x 4 carry over; those of
  /// unusable pixels whose value was not replaced (no INTRP) under all of it, since nothing bounds
  /// their value. An input pixel that is not finite counts as 0 and as NO_DATA.
  image::MaskedImage image;
  /// Of the output's noise, averaged over phases met; from `input` correlation and the kernel.
  image::NoiseCorrelation noise;
};

/// @param in   pixels, variance and mask
/// @param from WCS of `in`
/// @param to   WCS of the output, `width` x `height` pixels
/// @throws ConfigError for a config out of range
WarpResult warp(const image::MaskedImageView& in, const wcs::Wcs& from, const wcs::Wcs& to,
                int width, int height, const WarpConfig& config, const Execution& execution);

/// The same for an input whose own noise is correlated.
WarpResult warp(const image::MaskedImageView& in, const image::NoiseCorrelation& in_noise,
                const wcs::Wcs& from, const wcs::Wcs& to, int width, int height,
                const WarpConfig& config, const Execution& execution);

/// Correlation of the noise that such a warp leaves, averaged over phases of the kernel.
/// @param mapping d(x, y of the input)/d(x, y of the output): xx xy yx yy
image::NoiseCorrelation warped_noise(const image::NoiseCorrelation& in, const WarpConfig& config,
                                     const std::array<double, 4>& mapping);

/// As warp, slowly and plainly: exact coordinates for every pixel, the kernel from its formula.
WarpResult warp_reference(const image::MaskedImageView& in, const wcs::Wcs& from,
                          const wcs::Wcs& to, int width, int height, const WarpConfig& config);

}  // namespace skywright::warp
