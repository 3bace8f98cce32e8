/// Asteroids: those of a user's orbits, and a main belt that is everywhere.
///
/// The belt is drawn by HEALPix cell (order 5) and slot of four days, on real orbits that put its
/// members where they were drawn in the middle of the slot: so the bodies of a night, and of nights
/// of one slot, are the same and move as they should; another slot has others. Counts: 210 an
/// ecliptic square degree brighter than R = 23, growing as 10^(0.27 m) (Gladman et al. 2009, Icarus
/// 202, 104), at opposition; falling with ecliptic latitude as exp(-|b| / 10 deg). Semimajor
/// axes 2.1 to 3.3 au, eccentricities about 0.14, inclinations about 8 degrees. Colours: half C,
/// half S types as the LSST Solar System pipelines take them (Juric et al. 2020, LSST's colours of
/// Ivezic et al.).
#pragma once

#include <cstdint>

#include "skywright/ephemeris/observer.h"
#include "skywright/ephemeris/orbit_catalog.h"
#include "skywright/sky/bands.h"
#include "skywright/sky/sky_objects.h"
#include "skywright/sphere/region.h"
#include "skywright/time/time_scales.h"

namespace skywright::sky {

/// Where and when one looks.
struct Viewpoint {
  ephemeris::State observer;  ///< from the barycentre
  time::Tdb time;
};
Viewpoint viewpoint(const ephemeris::Observatory& site, time::Tai time);

/// Bodies of a catalog within the cone; ids count its rows. Those without magnitude are left out.
void add_orbits(SkyObjects& out, const ephemeris::OrbitCatalog& orbits, const sphere::Cone& cone,
                const Viewpoint& view, std::size_t band);

/// Bodies of the modelled main belt within the cone.
/// @param density relative to published counts
void add_main_belt(SkyObjects& out, const sphere::Cone& cone, const Viewpoint& view,
                   std::size_t band, double density, std::uint64_t seed);

}  // namespace skywright::sky
