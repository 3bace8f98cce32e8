#include "skywright/ephemeris/orbit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include <gtest/gtest.h>

#include "skywright/base/error.h"
#include "skywright/base/random_stream.h"

namespace skywright::ephemeris {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Orbit random_orbit(RandomStream& random, double e) {
  return {random.uniform(0.2, 4.0),
          e,
          Angle::from_degrees(random.uniform(0.0, 175.0)),
          Angle::from_degrees(random.uniform(0.0, 360.0)),
          Angle::from_degrees(random.uniform(0.0, 360.0)),
          time::Tdb::from_mjd(60000.0)};
}

/// The plain twin: Newton's law, integrated by the classic Runge-Kutta scheme in `steps` equal
/// steps.
State integrated(State s, double days, int steps) {
  const double h = days / steps;
  const auto pull = [](const Vector& r) {
    const double d = r.length();
    return (-kSunGm / (d * d * d)) * r;
  };
  for (int i = 0; i < steps; ++i) {
    const Vector k1 = s.velocity, a1 = pull(s.position);
    const Vector k2 = s.velocity + 0.5 * h * a1, a2 = pull(s.position + 0.5 * h * k1);
    const Vector k3 = s.velocity + 0.5 * h * a2, a3 = pull(s.position + 0.5 * h * k2);
    const Vector k4 = s.velocity + h * a3, a4 = pull(s.position + h * k3);
    s.position = s.position + (h / 6.0) * (k1 + 2.0 * k2 + 2.0 * k3 + k4);
    s.velocity = s.velocity + (h / 6.0) * (a1 + 2.0 * a2 + 2.0 * a3 + a4);
  }
  return s;
}

TEST(Orbit, MovesAsNewtonsLawIntegratedDoes) {
  auto random = RandomStream::for_unit(3, {1}, "orbit");
  for (const double e : {0.0, 0.2, 0.7, 0.95, 1.0, 1.2, 3.0}) {
    const Orbit orbit = random_orbit(random, e);
    for (const double start : {-70.0, 3.0}) {
      const State a = heliocentric_state(orbit, time::Tdb::from_mjd(60000.0 + start));
      const State b = heliocentric_state(orbit, time::Tdb::from_mjd(60000.0 + start + 100.0));
      const State c = integrated(a, 100.0, 100000);
      EXPECT_LT((b.position - c.position).length(), 1e-11) << e << " " << start;
      EXPECT_LT((b.velocity - c.velocity).length(), 1e-12) << e << " " << start;
    }
  }
}

TEST(Orbit, KeepsEnergyAndAngularMomentum) {
  auto random = RandomStream::for_unit(3, {2}, "orbit");
  for (const double e : {0.0, 1e-9, 0.1, 0.5, 0.9, 0.99, 0.999, 0.999999, 1.0 - 1e-12, 1.0,
                         1.0 + 1e-12, 1.000001, 1.01, 1.5, 3.3, 20.0}) {
    const Orbit orbit = random_orbit(random, e);
    const double q = orbit.perihelion_distance;
    const double energy = kSunGm * (e - 1.0) / (2.0 * q);
    const double momentum = std::sqrt(kSunGm * q * (1.0 + e));
    for (int i = 0; i < 400; ++i) {
      const double days = random.uniform(-1.0, 1.0) * std::pow(10.0, random.uniform(-3.0, 5.0));
      const State s = heliocentric_state(orbit, {2460000.5, days});
      const double kinetic = 0.5 * dot(s.velocity, s.velocity);
      const double potential = kSunGm / s.position.length();
      ASSERT_NEAR((kinetic - potential - energy) / (kinetic + potential), 0.0, 1e-11)
          << e << " " << days;
      ASSERT_NEAR(cross(s.position, s.velocity).length() / momentum, 1.0, 1e-11)
          << e << " " << days;
    }
  }
}

TEST(Orbit, SolvesKeplersEquation) {
  auto random = RandomStream::for_unit(3, {3}, "orbit");
  for (int i = 0; i < 2000; ++i) {
    const double e = i % 2 == 0 ? random.uniform(0.0, 0.999) : random.uniform(1.001, 5.0);
    const Orbit orbit = random_orbit(random, e);
    const double size = orbit.perihelion_distance / std::abs(1.0 - e);
    const double motion = kGaussConstant / std::pow(size, 1.5);
    const double days = random.uniform(-300.0, 300.0);
    double x = kNan;
    const State s = state_after_perihelion(orbit_frame(orbit), days, x);
    const double turn = x / std::sqrt(size);
    const double mean = e < 1.0 ? turn - e * std::sin(turn) : e * std::sinh(turn) - turn;
    const double wanted =
        e < 1.0 ? std::remainder(motion * days, 2.0 * std::numbers::pi) : motion * days;
    ASSERT_NEAR(mean, wanted, 1e-12 * std::max(1.0, std::abs(wanted))) << e;
    const double distance =
        e < 1.0 ? size * (1.0 - e * std::cos(turn)) : size * (e * std::cosh(turn) - 1.0);
    ASSERT_NEAR(s.position.length() / distance, 1.0, 1e-11);
  }
}

TEST(Orbit, ReturnsAfterItsPeriod) {
  const Orbit orbit = orbit_from_keplerian(
      2.5, 0.3, Angle::from_degrees(10.0), Angle::from_degrees(20.0), Angle::from_degrees(30.0),
      Angle::from_degrees(200.0), time::Tdb::from_mjd(60000.0));
  const double period = 2.0 * std::numbers::pi / kGaussConstant * std::pow(2.5, 1.5);
  const State a = heliocentric_state(orbit, time::Tdb::from_mjd(60100.0));
  const State b = heliocentric_state(orbit, {2460100.5, 10.0 * period});
  EXPECT_LT((a.position - b.position).length(), 1e-10);
}

TEST(Orbit, ElementsAndStatesAreOne) {
  auto random = RandomStream::for_unit(3, {4}, "orbit");
  for (int i = 0; i < 2000; ++i) {
    const double e = i % 5 == 0 ? 1.0 : random.uniform(0.0, 2.5);
    const Orbit orbit = random_orbit(random, e);
    const time::Tdb t{2460000.5, random.uniform(-200.0, 200.0)};
    const State s = heliocentric_state(orbit, t);
    const Orbit back = orbit_from_state(s, t);
    ASSERT_NEAR(back.perihelion_distance / orbit.perihelion_distance, 1.0, 1e-9) << e;
    ASSERT_NEAR(back.eccentricity, e, 1e-9);
    for (const double days : {-50.0, 0.0, 400.0}) {
      const time::Tdb then{2460000.5, days};
      const State expected = heliocentric_state(orbit, then),
                  found = heliocentric_state(back, then);
      ASSERT_LT((expected.position - found.position).length(), 1e-7) << e;
    }
  }
}

TEST(Orbit, TheEarthOfJ2000StandsNearTheEquinoxes) {
  // Mean elements of the Earth-Moon barycentre at J2000 (Standish 1992, Explanatory Supplement
  // table 5.8.1): it passes ecliptic longitude 180 deg (seen from the Sun) at the March equinox,
  // 2000-03-20 07:35.
  const Orbit earth = orbit_from_keplerian(
      1.00000261, 0.01671123, Angle(), Angle(), Angle::from_degrees(102.93768193),
      Angle::from_degrees(100.46457166 - 102.93768193), {2451545.0, 0.0});
  const State s = heliocentric_state(earth, {2451623.5, 7.58 / 24.0});
  EXPECT_NEAR(sphere::sky_position(s.position.direction()).ra.degrees(), 180.0, 0.02);
  EXPECT_NEAR(s.position.z, 0.0, 2e-4);
}

TEST(Orbit, RefusesElementsOfNoOrbit) {
  const time::Tdb t = time::Tdb::from_mjd(60000.0);
  EXPECT_THROW(orbit_from_keplerian(2.0, 1.0, {}, {}, {}, {}, t), InputError);
  EXPECT_THROW(orbit_from_keplerian(2.0, 1.5, {}, {}, {}, {}, t), InputError);
  EXPECT_THROW(orbit_from_keplerian(-2.0, 0.5, {}, {}, {}, {}, t), InputError);
  EXPECT_THROW(orbit_from_keplerian(2.0, kNan, {}, {}, {}, {}, t), InputError);
}

}  // namespace
}  // namespace skywright::ephemeris
