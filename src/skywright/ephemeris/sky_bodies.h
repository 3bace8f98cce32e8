/// Where the Earth, the Sun and the Moon are. Axes of ICRS.
#pragma once

#include "skywright/ephemeris/vector.h"
#include "skywright/time/time_scales.h"

namespace skywright::ephemeris {

/// ERFA's eraEpv00 (VSOP2000 fitted to DE405): within 13.4 km and 5 mm/s of it from 1900 to 2100.
struct EarthStates {
  State barycentric;
  State heliocentric;
};
EarthStates earth_at(time::Tdb t);

/// The Sun's centre seen from the barycentre: the difference of the above.
State sun_at(time::Tdb t);

/// The Moon's centre seen from the Earth's, geometric: ERFA's eraMoon98 (Meeus 1998), within 11
/// arcsec in direction and 30 km in distance of DE405 in 1950 to 2100 (ERFA's own comparison).
State moon_from_earth(time::Tt t);

/// Part of the Moon's disc that is lit, seen from the Earth: 0 new, 1 full.
double moon_illumination(time::Tt t);

}  // namespace skywright::ephemeris
