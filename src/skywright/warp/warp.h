/// Resampling an image onto another grid, its noise carried along.
///
///     WarpResult w = warp(exposure, exposure_wcs, template_wcs, 4096, 4004, {}, execution);
///
/// Each output pixel is a separable sum over input pixels about the place where its centre falls
/// (Lanczos after Duchon 1979, weights scaled to unit sum), times the ratio of pixel areas, so that
/// the flux of a source stays what it was. Neglected: the rotation and scale of the kernel itself
/// (right for scales within about 20 % of each other).
#pragma once

#include <array>

#include "skywright/base/execution.h"
#include "skywright/base/fields.h"
#include "skywright/image/masked_image.h"
#include "skywright/image/noise_correlation.h"
#include "skywright/wcs/wcs.h"

namespace skywright::warp {

enum class WarpKernel { bilinear, lanczos3, lanczos4 };

/// What a pixel value means, which decides how it changes with the size of a pixel.
enum class PixelMeaning {
  flux,               ///< flux in the pixel: scaled by the ratio of areas
  surface_brightness  ///< flux per solid angle: not scaled
};

struct WarpConfig {
  WarpKernel kernel = WarpKernel::lanczos3;
  PixelMeaning meaning = PixelMeaning::flux;
  double position_tolerance = 2e-4;  ///< of the interpolated coordinate grid [pixel]
};
void describe(Fields& fields, WarpConfig& config);

struct WarpResult {
  /// On the output grid. Outside the input: 0, variance 0, NO_DATA. Where part of the kernel falls
  /// outside: EDGE. Bits of input pixels under the kernel's inner 4 x 4 carry over; an input pixel
  /// that is not finite counts as 0 and as NO_DATA.
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
