#include "skywright/ephemeris/sky_bodies.h"

#include <erfa.h>

namespace skywright::ephemeris {
namespace {

State state_of(const double pv[2][3]) {
  return {{pv[0][0], pv[0][1], pv[0][2]}, {pv[1][0], pv[1][1], pv[1][2]}};
}

State difference(const State& a, const State& b) {
  return {a.position - b.position, a.velocity - b.velocity};
}

}  // namespace

EarthStates analytic_earth_at(time::Tdb t) {
  double heliocentric[2][3];
  double barycentric[2][3];
  eraEpv00(t.jd1, t.jd2, heliocentric, barycentric);  // +1 beyond 1900 to 2100: less accurate
  return {state_of(barycentric), state_of(heliocentric)};
}

State analytic_moon_from_earth(time::Tdb t) {
  const time::Tt tt = time::to_tt(t);
  double pv[2][3];
  eraMoon98(tt.jd1, tt.jd2, pv);
  return state_of(pv);
}

EarthStates earth_at(time::Tdb t, const PlanetaryEphemeris& ephemeris) {
  if (!ephemeris.covers(Body::earth, t) || !ephemeris.covers(Body::sun, t)) {
    return analytic_earth_at(t);
  }
  const State earth = ephemeris.barycentric(Body::earth, t);
  return {earth, difference(earth, ephemeris.barycentric(Body::sun, t))};
}

State sun_at(time::Tdb t, const PlanetaryEphemeris& ephemeris) {
  const EarthStates earth = earth_at(t, ephemeris);
  return difference(earth.barycentric, earth.heliocentric);
}

State moon_from_earth(time::Tdb t, const PlanetaryEphemeris& ephemeris) {
  if (!ephemeris.covers(Body::moon, t) || !ephemeris.covers(Body::earth, t)) {
    return analytic_moon_from_earth(t);
  }
  return ephemeris.geocentric(Body::moon, t);
}

double moon_illumination(time::Tt t) {
  const time::Tdb tdb = time::to_tdb(t);
  const Vector moon = moon_from_earth(tdb).position;
  const Vector sun = -1.0 * earth_at(tdb).heliocentric.position;
  const Vector to_earth = -1.0 * moon;
  const Vector to_sun = sun - moon;
  const double cos_phase = dot(to_earth, to_sun) / (to_earth.length() * to_sun.length());
  return 0.5 * (1.0 + cos_phase);
}

}  // namespace skywright::ephemeris
