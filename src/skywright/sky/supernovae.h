/// Light curves like those of type Ia supernovae.
#pragma once

#include "skywright/sky/bands.h"

namespace skywright::sky {

/// Luminosity distance modulus in a flat universe, H0 = 70 km/s/Mpc, matter 0.3 [mag].
double distance_modulus(double redshift);

/// Days before and after the peak within which a supernova is followed, in its rest frame.
inline constexpr double kSupernovaRise = 18.0;
inline constexpr double kSupernovaFall = 120.0;

/// Apparent magnitudes at a phase, for a peak of -19.25 in rest-frame B (normal type Ia: Richardson
/// et al. 2014, AJ 147, 118).
///
/// An assumption of ours, no published template: a black body that cools from 14,000 K to 5,000 K,
/// blanketed below 350 nm, whose light rises as t^2 in 18 d and falls half in about 17 d: the run
/// of real light curves in each band within some tenths of a magnitude; no second maximum in the
/// red.
/// @param phase [d] from the peak, in the observer's frame
/// @return NaN where it is not yet or no longer there
Magnitudes supernova_magnitudes(double redshift, double phase);

}  // namespace skywright::sky
