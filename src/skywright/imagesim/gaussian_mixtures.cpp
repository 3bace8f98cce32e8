#include "skywright/imagesim/gaussian_mixtures.h"

namespace skywright::imagesim {
namespace {

// Printed by tools/fit_gaussian_mixtures.py.
constexpr RoundGaussian kExponential[] = {
    // relative error 2.6e-04
    {4.5096586e-03, 1.0710234e-02}, {3.0400417e-02, 5.5729937e-02}, {1.2049208e-01, 1.8115676e-01},
    {3.0778903e-01, 4.9287292e-01}, {3.9832667e-01, 1.2182694e+00}, {1.3848215e-01, 2.8922924e+00},
};
constexpr RoundGaussian kDeVaucouleurs[] = {
    // relative error 5.7e-04
    {4.9559295e-02, 2.3117586e-03}, {8.0761178e-02, 1.9229123e-02}, {1.1576683e-01, 7.5654209e-02},
    {1.5591957e-01, 2.5419561e-01}, {1.8804604e-01, 8.4467554e-01}, {1.9137902e-01, 2.9865804e+00},
    {1.4903708e-01, 1.2247261e+01}, {6.9530980e-02, 7.4290107e+01},
};
constexpr RoundGaussian kExponentialCoarse[] = {
    // relative error 1.3e-02
    {5.7500035e-02, 5.7695169e-02},
    {3.9919366e-01, 3.7617060e-01},
    {5.4330631e-01, 1.5441974e+00},
};
constexpr RoundGaussian kDeVaucouleursCoarse[] = {
    // relative error 7.5e-03
    {8.1179060e-02, 4.6584503e-03}, {1.4646993e-01, 4.9157047e-02}, {2.3088817e-01, 2.8478351e-01},
    {2.9415550e-01, 1.7104159e+00}, {2.4730734e-01, 1.6025924e+01},
};
constexpr RoundGaussian kKolmogorov[] = {
    // relative error 7.5e-05
    {2.6979682e-01, 1.3036200e-01}, {4.5993181e-01, 2.1122533e-01}, {1.8527509e-01, 4.5946920e-01},
    {5.9030605e-02, 1.3317660e+00}, {1.9766978e-02, 5.2115306e+00}, {6.1986934e-03, 3.9752684e+01},
};
constexpr RoundGaussian kKolmogorovCoarse[] = {
    // relative error 2.6e-03
    {5.5589633e-01, 1.5219244e-01},
    {3.6974491e-01, 3.6667182e-01},
    {7.4358753e-02, 2.4320058e+00},
};

}  // namespace

std::span<const RoundGaussian> exponential_mixture(Fidelity fidelity) {
  if (fidelity == Fidelity::coarse) return kExponentialCoarse;
  return kExponential;
}

std::span<const RoundGaussian> de_vaucouleurs_mixture(Fidelity fidelity) {
  if (fidelity == Fidelity::coarse) return kDeVaucouleursCoarse;
  return kDeVaucouleurs;
}

std::span<const RoundGaussian> kolmogorov_mixture(Fidelity fidelity) {
  if (fidelity == Fidelity::coarse) return kKolmogorovCoarse;
  return kKolmogorov;
}

}  // namespace skywright::imagesim
