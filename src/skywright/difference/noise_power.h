/// Noise power and PSF of a difference in the Fourier plane, at one place of the field.
#pragma once

#include <complex>
#include <vector>

#include "skywright/difference/decorrelate.h"
#include "skywright/math/fft.h"

namespace skywright::difference {

/// Half of a real image's Fourier transform (math/fft.h).
using Spectrum = std::vector<std::complex<float>>;

/// A small image at the origin of a height x width plane, wrapped, transformed.
Spectrum spectrum_of(const math::RealFft2d& fft, ImageView<const float> small);

/// a *= b, an empty `b` being 1 everywhere.
void multiply(Spectrum& a, const Spectrum& b);

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

/// What all places of a difference share in the Fourier plane: power of the inputs' noise under the
/// filters that do not vary, and those filters.
class FilterMaker {
 public:
  /// @param fft, difference, science_psf are referred to, and must outlive this
  FilterMaker(const math::RealFft2d& fft, const RawDifference& difference,
              const image::NoiseCorrelation& science_noise,
              const image::NoiseCorrelation& reference_noise, const psf::PsfModel& science_psf,
              double least_power);

  [[nodiscard]] TileFilter at(PixelPosition where, const LocalNoise& noise) const;

 private:
  struct Side {
    Spectrum fixed;            ///< empty where it does nothing
    std::vector<float> power;  ///< of unit noise behind `fixed`; empty where 1 everywhere
  };
  Side side(const FilterChain& chain, const image::NoiseCorrelation& noise) const;

  const math::RealFft2d& fft_;
  const RawDifference& difference_;
  const psf::PsfModel& science_psf_;
  double least_power_;
  Side science_, reference_;
};

}  // namespace skywright::difference
