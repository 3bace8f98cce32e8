/// Profiles as sums of round Gaussians, so that a galaxy seen through a PSF is a sum of Gaussians
/// again (Hogg & Lang 2013, PASP 125, 719).
///
/// Weights sum to 1. The tables are made by tools/fit_gaussian_mixtures.py, which also prints how
/// far each is from its profile.
#pragma once

#include <span>

namespace skywright::imagesim {

struct RoundGaussian {
  double weight = 0.0;
  double variance = 0.0;  ///< in the profile's unit squared
};

enum class Fidelity {
  full,   ///< relative error below 6e-4
  coarse  ///< for sources far below the noise: below 1e-2
};

/// Sersic n = 1, unit: half-light radius.
std::span<const RoundGaussian> exponential_mixture(Fidelity fidelity);
/// Sersic n = 4, unit: half-light radius.
std::span<const RoundGaussian> de_vaucouleurs_mixture(Fidelity fidelity);
/// Long-exposure Kolmogorov turbulence (Fried 1966), unit: its FWHM. Within 1e-4 (full).
std::span<const RoundGaussian> kolmogorov_mixture(Fidelity fidelity);

}  // namespace skywright::imagesim
