/// How much dust of the Milky Way stands before a direction: E(B-V) [mag] of Schlegel, Finkbeiner &
/// Davis (1998), ApJ 500, 525, on its original scale, averaged over 55 arcmin.
///
/// Ships with the program (data/dust). Not trustworthy within 5 degrees of the galactic plane, and
/// the Magellanic Clouds and M31 were not taken out (their section 6).
#pragma once

#include <vector>

#include "skywright/sphere/direction.h"
#include "skywright/sphere/frames.h"

namespace skywright::sky {

/// Of the map's pixel that holds the direction; about 0.1 us.
double galactic_reddening(const sphere::Direction<sphere::Icrs>& direction);

/// Mean over each HEALPix pixel of the order (ICRS, NESTED), from 16 places in each.
/// @pre 0 <= order <= 10
std::vector<float> galactic_reddening_map(int order);

}  // namespace skywright::sky
