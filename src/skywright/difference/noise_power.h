/// Noise power and PSF of a difference in the Fourier plane, at one place of the field.
#pragma once

#include <complex>
#include <vector>

#include "skywright/difference/decorrelate.h"
#include "skywright/math/fft.h"

namespace skywright::difference {

using Spectrum = std::vector<std::complex<float>>;

/// A small image at the origin of a height x width plane, wrapped, transformed.
Spectrum spectrum_of(const math::RealFft2d& fft, ImageView<const float> small);

/// Everything that filters a tile: the decorrelation phi, the PSF behind it, and what they do to
/// noise.
struct TileFilter {
  std::vector<float> phi;     ///< real, one a frequency
  Spectrum psf;               ///< of the decorrelated difference, at the origin, unit sum
  double noise_before = 0.0;  ///< variance of a pixel before phi
  double noise_after = 0.0;   ///< and after
  double score_noise = 0.0;   ///< variance of sum psf * decorrelated difference
};

struct LocalNoise {
  double science = 0.0;  ///< variance of a pixel, scale included
  double reference = 0.0;
};

TileFilter tile_filter(const math::RealFft2d& fft, const RawDifference& difference,
                       const LocalNoise& noise, const image::NoiseCorrelation& science_noise,
                       const image::NoiseCorrelation& reference_noise,
                       const psf::PsfModel& science_psf, PixelPosition where, double least_power);

}  // namespace skywright::difference
