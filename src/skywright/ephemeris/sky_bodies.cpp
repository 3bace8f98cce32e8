#include "skywright/ephemeris/sky_bodies.h"

#include <erfa.h>

namespace skywright::ephemeris {
namespace {

State state_of(const double pv[2][3]) {
  return {{pv[0][0], pv[0][1], pv[0][2]}, {pv[1][0], pv[1][1], pv[1][2]}};
}

}  // namespace

EarthStates earth_at(time::Tdb t) {
  double heliocentric[2][3];
  double barycentric[2][3];
  eraEpv00(t.jd1, t.jd2, heliocentric, barycentric);  // +1 beyond 1900 to 2100: less accurate
  return {state_of(barycentric), state_of(heliocentric)};
}

State sun_at(time::Tdb t) {
  const EarthStates earth = earth_at(t);
  return {earth.barycentric.position - earth.heliocentric.position,
          earth.barycentric.velocity - earth.heliocentric.velocity};
}

State moon_from_earth(time::Tt t) {
  double pv[2][3];
  eraMoon98(t.jd1, t.jd2, pv);
  return state_of(pv);
}

double moon_illumination(time::Tt t) {
  const Vector moon = moon_from_earth(t).position;
  const Vector sun = -1.0 * earth_at(time::to_tdb(t)).heliocentric.position;
  const Vector to_earth = -1.0 * moon;
  const Vector to_sun = sun - moon;
  const double cos_phase = dot(to_earth, to_sun) / (to_earth.length() * to_sun.length());
  return 0.5 * (1.0 + cos_phase);
}

}  // namespace skywright::ephemeris
