/// Orbits about the Sun, by two bodies: elliptic, parabolic and hyperbolic alike.
///
/// Planets are neglected: a main-belt orbit stays within an arcsecond for weeks about its epoch of
/// osculation, a near-Earth one for days (less at an encounter).
#pragma once

#include "skywright/ephemeris/vector.h"
#include "skywright/time/time_scales.h"

namespace skywright::ephemeris {

using sphere::Angle;

/// Cometary elements, mean ecliptic and equinox of J2000 (sphere/frames.h).
struct Orbit {
  double perihelion_distance = 1.0;  ///< q [au], > 0
  double eccentricity = 0.0;         ///< >= 0
  Angle inclination;
  Angle node;                    ///< longitude of the ascending node
  Angle argument_of_perihelion;  ///< from the node
  time::Tdb perihelion_time;
};

/// @param semimajor_axis [au], negative for hyperbolas
/// @param mean_anomaly at `epoch`
/// @throws InputError for a parabola (no semimajor axis), signs that do not fit, numbers not finite
Orbit orbit_from_keplerian(double semimajor_axis, double eccentricity, Angle inclination,
                           Angle node, Angle argument_of_perihelion, Angle mean_anomaly,
                           time::Tdb epoch);

/// The orbit through a heliocentric state (ICRS axes). @pre angular momentum is not zero
Orbit orbit_from_state(const State& heliocentric, time::Tdb t);

/// Heliocentric state at any time, ICRS axes: universal variables from perihelion, solved to
/// rounding.
State heliocentric_state(const Orbit& orbit, time::Tdb t);

/// The plane of an orbit and its shape, made ready for many times.
struct OrbitFrame {
  Vector to_perihelion;  ///< unit vector P
  Vector along_motion;   ///< unit vector Q, 90 degrees ahead of P
  double perihelion_distance = 1.0;
  double eccentricity = 0.0;
};
OrbitFrame orbit_frame(const Orbit& orbit);

/// The state `days` after perihelion. `anomaly` is a first guess of the universal anomaly, and
/// holds the solution afterwards: pass it on to a near time; NaN makes a guess.
State state_after_perihelion(const OrbitFrame& frame, double days, double& anomaly);

}  // namespace skywright::ephemeris
