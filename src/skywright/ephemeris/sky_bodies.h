/// Where the Earth, the Sun and the Moon are at any date. Axes of ICRS.
///
/// Within the kernel's span (the program's own: DE440, 2014-12-17 to 2045-01-04) its places; beyond
/// it ERFA's series, which meet DE405's Earth and Sun within 13.4 km and 5 mm/s from 1900 to 2100
/// (eraEpv00, VSOP2000) and its Moon within 11 arcsec and 30 km from 1950 to 2100 (eraMoon98, Meeus
/// 1998), by ERFA's own comparisons. The barycentre of DE405, which theirs is, lies 117 km from
/// DE440's, where bodies beyond Neptune have masses.
#pragma once

#include "skywright/ephemeris/planetary_ephemeris.h"

namespace skywright::ephemeris {

struct EarthStates {
  State barycentric;
  State heliocentric;
};
EarthStates earth_at(time::Tdb t,
                     const PlanetaryEphemeris& ephemeris = PlanetaryEphemeris::built_in());

/// The Sun's centre seen from the barycentre.
State sun_at(time::Tdb t, const PlanetaryEphemeris& ephemeris = PlanetaryEphemeris::built_in());

/// The Moon's centre seen from the Earth's, geometric.
State moon_from_earth(time::Tdb t,
                      const PlanetaryEphemeris& ephemeris = PlanetaryEphemeris::built_in());

/// Part of the Moon's disc that is lit, seen from the Earth: 0 new, 1 full.
double moon_illumination(time::Tt t);

/// ERFA's series alone, at any date.
EarthStates analytic_earth_at(time::Tdb t);
State analytic_moon_from_earth(time::Tdb t);

}  // namespace skywright::ephemeris
