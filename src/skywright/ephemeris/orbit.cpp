#include "skywright/ephemeris/orbit.h"

#include <algorithm>
#include <limits>
#include <numbers>
#include <string>

#include "skywright/base/error.h"
#include "skywright/sphere/frames.h"

namespace skywright::ephemeris {
namespace {

/// Stumpff's functions c2(s) = (1 - cos sqrt s) / s and c3(s) = (sqrt s - sin sqrt s) / s^1.5.
struct Stumpff {
  double c2 = 0.5;
  double c3 = 1.0 / 6.0;
};

Stumpff stumpff(double s) {
  if (std::abs(s) < 1.0) {
    // Ten terms of the series, below 1e-19 of the first.
    double c2 = 0.0, c3 = 0.0;
    for (int k = 20; k >= 2; k -= 2) {
      c2 = (1.0 - s * c2) / (k * (k - 1.0));
      c3 = (1.0 - s * c3) / ((k + 1.0) * k);
    }
    return {c2, c3};
  }
  const double root = std::sqrt(std::abs(s));
  if (s > 0.0) {
    const double half = std::sin(0.5 * root);
    return {2.0 * half * half / s, (root - std::sin(root)) / (s * root)};
  }
  const double half = std::sinh(0.5 * root);
  return {-2.0 * half * half / s, (std::sinh(root) - root) / (-s * root)};
}

/// Where q x + e x^3 c3(alpha x^2) = reach may lie.
double first_guess(double q, double e, double alpha, double reach) {
  if (alpha > 0.0 && e < 0.98) {
    // Danby (1988), Fundamentals of Celestial Mechanics, section 6.6: E = M + 0.85 e sign(sin M).
    const double root = std::sqrt(alpha);
    const double mean = reach * alpha * root;
    return (mean + std::copysign(0.85 * e, std::sin(mean))) / root;
  }
  // Barker's equation, as on a parabola: x^3 + p x = t.
  const double p = 6.0 * q / e;
  const double t = 6.0 * reach / e;
  const double third = std::sqrt(p / 3.0);
  double x = 2.0 * third * std::sinh(std::asinh(t / (2.0 * third * third * third)) / 3.0);
  if (alpha > 0.0)
    x = std::clamp(x, -std::numbers::pi / std::sqrt(alpha), std::numbers::pi / std::sqrt(alpha));
  if (alpha < 0.0) {
    const double root = std::sqrt(-alpha);  // and never beyond the hyperbola's own asymptote
    const double mean = std::abs(reach) * root * root * root;
    x = std::copysign(std::min(std::abs(x), std::log(2.0 * mean / e + 1.8) / root), x);
  }
  return x;
}

Vector to_icrs(const Vector& ecliptic) {
  static const auto turn = sphere::icrs_to_ecliptic().inverse();
  const auto d =
      turn * sphere::Direction<sphere::EclipticJ2000>{{ecliptic.x, ecliptic.y, ecliptic.z}};
  return {d.v.x, d.v.y, d.v.z};
}

Vector to_ecliptic(const Vector& icrs) {
  static const auto turn = sphere::icrs_to_ecliptic();
  const auto d = turn * sphere::Direction<sphere::Icrs>{{icrs.x, icrs.y, icrs.z}};
  return {d.v.x, d.v.y, d.v.z};
}

double days_between(time::Tdb from, time::Tdb to) {
  return (to.jd1 - from.jd1) + (to.jd2 - from.jd2);
}

}  // namespace

OrbitFrame orbit_frame(const Orbit& orbit) {
  const double cw = cos(orbit.argument_of_perihelion), sw = sin(orbit.argument_of_perihelion);
  const double cn = cos(orbit.node), sn = sin(orbit.node);
  const double ci = cos(orbit.inclination), si = sin(orbit.inclination);
  return {to_icrs({cw * cn - sw * sn * ci, cw * sn + sw * cn * ci, sw * si}),
          to_icrs({-sw * cn - cw * sn * ci, -sw * sn + cw * cn * ci, cw * si}),
          orbit.perihelion_distance, orbit.eccentricity};
}

// Universal variables (Battin 1999, section 4.5) from perihelion, where r.v = 0 and alpha = (1 -
// e)/q: Kepler's equation becomes sqrt(GM) t = q x + e x^3 c3(alpha x^2), for every kind of orbit.
State state_after_perihelion(const OrbitFrame& frame, double days, double& anomaly) {
  const double q = frame.perihelion_distance;
  const double e = frame.eccentricity;
  const double alpha = (1.0 - e) / q;
  double reach = kGaussConstant * days;
  if (alpha > 0.0) {
    const double turn = 2.0 * std::numbers::pi / (alpha * std::sqrt(alpha));
    reach = std::remainder(reach, turn);
  }
  double x = std::isfinite(anomaly) ? anomaly : first_guess(q, e, alpha, reach);
  Stumpff c;
  constexpr int kMaxSteps = 50;
  for (int step = 0; step < kMaxSteps; ++step) {
    const double s = alpha * x * x;
    c = stumpff(s);
    const double residual = x * (q + e * x * x * c.c3) - reach;
    const double slope = q + e * x * x * c.c2;  // the distance from the Sun, never zero
    const double curve = e * x * (1.0 - s * c.c3);
    // Laguerre's method with n = 5 (Conway 1986) comes home from any start.
    const double root = std::sqrt(std::abs(16.0 * slope * slope - 20.0 * residual * curve));
    const double change = 5.0 * residual / (slope + root);
    x -= change;
    if (std::abs(change) <= 1e-15 * std::abs(x) + 1e-300 ||
        std::abs(change) < 1e-12 * std::sqrt(q)) {
      break;
    }
  }
  c = stumpff(alpha * x * x);
  anomaly = x;
  const double xx = x * x;
  const double distance = q + e * xx * c.c2;
  const double speed = kGaussConstant * std::sqrt((1.0 + e) / q);  // at perihelion
  const double along = q - xx * c.c2;                              // position along P
  const double ahead = (reach - xx * x * c.c3) / kGaussConstant * speed;
  const double along_rate = kGaussConstant / distance * x * (alpha * xx * c.c3 - 1.0);
  const double ahead_rate = (1.0 - xx * c.c2 / distance) * speed;
  return {along * frame.to_perihelion + ahead * frame.along_motion,
          along_rate * frame.to_perihelion + ahead_rate * frame.along_motion};
}

State heliocentric_state(const Orbit& orbit, time::Tdb t) {
  double anomaly = std::numeric_limits<double>::quiet_NaN();
  return state_after_perihelion(orbit_frame(orbit), days_between(orbit.perihelion_time, t),
                                anomaly);
}

Orbit orbit_from_keplerian(double semimajor_axis, double eccentricity, Angle inclination,
                           Angle node, Angle argument_of_perihelion, Angle mean_anomaly,
                           time::Tdb epoch) {
  const double q = semimajor_axis * (1.0 - eccentricity);
  if (!(eccentricity >= 0.0) || !(q > 0.0) || !std::isfinite(q) ||
      !std::isfinite(inclination.radians() + node.radians() + argument_of_perihelion.radians() +
                     mean_anomaly.radians())) {
    throw InputError("elements of no orbit",
                     "a=" + std::to_string(semimajor_axis) + ", e=" + std::to_string(eccentricity),
                     "a is positive for e < 1, negative for e > 1; give q and the time of "
                     "perihelion for e = 1");
  }
  const double size = std::abs(semimajor_axis);
  const double motion = kGaussConstant / (size * std::sqrt(size));  // [rad/day]
  const Angle mean = eccentricity < 1.0 ? mean_anomaly.wrapped_around_zero() : mean_anomaly;
  return {q,    eccentricity,           inclination,
          node, argument_of_perihelion, {epoch.jd1, epoch.jd2 - mean.radians() / motion}};
}

Orbit orbit_from_state(const State& heliocentric, time::Tdb t) {
  const Vector r = to_ecliptic(heliocentric.position);
  const Vector v = to_ecliptic(heliocentric.velocity);
  const Vector h = cross(r, v);
  const double distance = r.length();
  const Vector pull = (1.0 / kSunGm) * cross(v, h) - (1.0 / distance) * r;  // e towards perihelion
  Orbit orbit;
  orbit.eccentricity = pull.length();
  const double parameter = dot(h, h) / kSunGm;
  orbit.perihelion_distance = parameter / (1.0 + orbit.eccentricity);
  orbit.inclination = Angle::from_radians(std::atan2(std::hypot(h.x, h.y), h.z));
  const bool flat = std::hypot(h.x, h.y) < 1e-15 * std::abs(h.z);
  orbit.node = flat ? Angle() : Angle::from_radians(std::atan2(h.x, -h.y)).wrapped();
  const Vector to_node{cos(orbit.node), sin(orbit.node), 0.0};
  const Vector beyond = (1.0 / h.length()) * cross(h, to_node);
  // A circle has no perihelion: the place itself is taken for it.
  const Vector apse = orbit.eccentricity > 1e-14 ? pull : r;
  orbit.argument_of_perihelion =
      Angle::from_radians(std::atan2(dot(apse, beyond), dot(apse, to_node))).wrapped();
  // The universal anomaly x of the place tells the time since perihelion: on the axes P and Q,
  // along P stands q - x^2 c2, and r.v = sqrt(GM) e x c1.
  const double q = orbit.perihelion_distance, e = orbit.eccentricity;
  const double alpha = (1.0 - e) / q;
  const double cosine = dot(apse, r) / (apse.length() * distance);
  const double sine = std::sqrt(std::max(0.0, 1.0 - cosine * cosine));
  const double tan_half = std::copysign(sine / (1.0 + cosine), dot(r, v));  // of the true anomaly
  double x = 0.0;
  if (std::abs(alpha) * q < 1e-8) {
    x = std::sqrt(2.0 * q) * tan_half;
  } else if (alpha > 0.0) {
    x = 2.0 / std::sqrt(alpha) * std::atan(std::sqrt((1.0 - e) / (1.0 + e)) * tan_half);
  } else {
    x = 2.0 / std::sqrt(-alpha) * std::atanh(std::sqrt((e - 1.0) / (e + 1.0)) * tan_half);
  }
  const double days = x * (q + e * x * x * stumpff(alpha * x * x).c3) / kGaussConstant;
  orbit.perihelion_time = {t.jd1, t.jd2 - days};
  return orbit;
}

}  // namespace skywright::ephemeris
