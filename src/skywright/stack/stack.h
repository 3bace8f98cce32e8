/// Coadds: many exposures warped onto one grid and averaged, outliers rejected.
///
///     std::vector<StackInput> inputs = ...;       // borrowed exposures with WCS and flux scale
///     Stack s = stack(inputs, grid, {}, execution);
///
/// Every pixel is the average of its inputs weighted by inverse variance, one weight an input (from
/// its median variance), so that the coadd's PSF is the same mix of PSFs everywhere between input
/// edges. Works through bands of rows, so that memory does not grow with the number of inputs.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/base/fields.h"
#include "skywright/image/masked_image.h"
#include "skywright/image/noise_correlation.h"
#include "skywright/psf/psf_model.h"
#include "skywright/warp/warp.h"
#include "skywright/wcs/wcs.h"

namespace skywright::stack {

/// One exposure: borrowed pixels, what maps them to the sky, and the factor to the coadd's unit.
struct StackInput {
  image::MaskedImageView image;
  wcs::Wcs wcs;
  double flux_scale = 1.0;             ///< coadd unit per input unit
  const psf::PsfModel* psf = nullptr;  ///< may be null
  image::NoiseCorrelation noise = {};  ///< of the input; empty for independent
};

/// The grid of the coadd.
struct StackGrid {
  wcs::Wcs wcs;
  int width = 0;
  int height = 0;
};

struct StackConfig {
  warp::WarpConfig warp;
  /// An input pixel further than this from the median of all inputs is left out [sigma], >= 3; 0
  /// rejects nothing.
  double clip_sigma = 5.0;
  /// Tolerance for misplaced or differently sharp images of one source: this fraction of the
  /// median's largest step to a neighbouring pixel is added to the noise (as drizzle does, Fruchter
  /// & Hook 2002, section 4).
  double clip_slope = 1.0;
  /// And this part of the median itself, since inputs differ in seeing most where a star peaks.
  double clip_level = 0.25;
  int band_rows = 128;  ///< rows worked on at once [pixel], >= 16
};
void describe(Fields& fields, StackConfig& config);

struct Stack {
  /// CLIPPED where an input was rejected, NO_DATA where there is none. SAT where a source stands
  /// and more than a tenth of the inputs' weight is saturated, or all is: such pixels hold the mean
  /// of all, saturated ones included.
  image::MaskedImage image;
  image::Image<std::uint16_t> count;  ///< inputs that entered each pixel
  image::NoiseCorrelation noise;      ///< weighted mean over inputs
  std::optional<psf::PsfModel> psf;   ///< weighted mean of the inputs' PSFs, warped; empty if any
                                      ///< input lacks one
  std::vector<double> weights;        ///< one an input, sum 1
  std::size_t clipped = 0;            ///< input pixels rejected as outliers
};

/// @throws InputError for no inputs, or none that meets the grid
Stack stack(const std::vector<StackInput>& inputs, const StackGrid& grid, const StackConfig& config,
            const Execution& execution);

/// PSF models mapped onto the coadd's grid and averaged with `weights`.
psf::PsfModel coadd_psf(const std::vector<StackInput>& inputs, const std::vector<double>& weights,
                        const StackGrid& grid);

/// A north-up TAN grid about a place. @param scale pixel side
StackGrid tangent_grid(const wcs::SkyPosition& centre, int width, int height, wcs::Angle scale);

}  // namespace skywright::stack
