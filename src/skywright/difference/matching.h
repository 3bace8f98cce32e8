/// Decides which image is convolved, and makes the difference before its noise is treated.
#pragma once

#include <memory>

#include "skywright/difference/decorrelate.h"
#include "skywright/difference/kernel_fit.h"
#include "skywright/difference/subtract.h"

namespace skywright::difference {

/// Largest ratio of two PSFs' transfer functions |a| / |b| where b still carries 5 %: how much
/// `b`'s image would have to be sharpened somewhere to become `a`'s. About 1 where it need not be.
double sharpening(const psf::PsfModel& a, const psf::PsfModel& b, PixelPosition where);

/// What `automatic` stands for, given both PSFs: the sharper image is convolved unless each would
/// need sharpening in some direction.
Convolve choose_convolution(const psf::PsfModel& science, const psf::PsfModel& reference,
                            PixelPosition where);

struct MatchedDifference {
  RawDifference raw;
  MatchingKernel kernel;
  math::ChebyshevSurface background;
  SubtractReport report;
};

/// Convolve, fit, subtract. `science` and `reference` hold finite pixels everywhere.
/// The kernel that `raw`'s chains point to is `kernel` of the result: keep it where it is.
std::unique_ptr<MatchedDifference> match_and_subtract(
    const image::MaskedImageView& science, const psf::PsfModel& science_psf,
    const image::MaskedImageView& reference, const psf::PsfModel& reference_psf,
    const image::NoiseCorrelation& science_noise, const image::NoiseCorrelation& reference_noise,
    const KernelConfig& config, const Execution& execution);

}  // namespace skywright::difference
