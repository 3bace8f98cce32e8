/// Bodies on orbits of two bodies seen from the Earth: places, rates, distances, magnitudes. Which
/// of a catalog cross a field, planets included, is CatalogMotion's.
#pragma once

#include <span>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/ephemeris/orbit_catalog.h"
#include "skywright/sphere/region.h"

namespace skywright::ephemeris {

using sphere::SkyPosition;

/// What one observer sees of one body.
///
/// The place is astrometric (ICRS): light time is taken off, aberration is not, as befits an image
/// whose stars are at ICRS places too.
struct SeenBody {
  SkyPosition position;
  double ra_rate = 0.0;                ///< d(ra)/dt cos(dec) [deg/day]
  double dec_rate = 0.0;               ///< [deg/day]
  double heliocentric_distance = 0.0;  ///< [au]
  double distance = 0.0;               ///< from the observer [au]
  Angle phase;                         ///< Sun, body, observer
  double magnitude = 0.0;              ///< V, in the H, G system; NaN without H
  State heliocentric;                  ///< when the light left it, ICRS axes
  State topocentric;                   ///< likewise, from the observer
};

/// Brightness by distance and phase: H + 5 log10(r d) - 2.5 log10((1 - G) Phi1 + G Phi2), Bowell et
/// al. (1989), Asteroids II, 524.
double hg_magnitude(double h, double g, double heliocentric_distance, double distance, Angle phase);

/// @param observer seen from the barycentre, and @param sun likewise (`sun_at`), both at `t`
SeenBody seen_body(const OrbitFrame& frame, time::Tdb perihelion_time, double h, double g,
                   const State& observer, const State& sun, time::Tdb t);

/// Bodies `which` of the catalog at one time, in the order of `which`; 1 us each.
std::vector<SeenBody> seen_bodies(const OrbitCatalog& catalog, std::span<const std::size_t> which,
                                  const State& observer, time::Tdb t,
                                  const Execution& execution = Execution());

}  // namespace skywright::ephemeris
