#include "skywright/ephemeris/gauss_radau.h"

#include <cmath>

#include <gtest/gtest.h>

#include "skywright/ephemeris/orbit.h"

namespace skywright::ephemeris {
namespace {

void two_bodies(double, std::size_t count, const double* x, const double*, double* a) {
  for (std::size_t i = 0; i < count; ++i) {
    const double r2 =
        x[i] * x[i] + x[i + count] * x[i + count] + x[i + 2 * count] * x[i + 2 * count];
    const double k = -kSunGm / (r2 * std::sqrt(r2));
    for (std::size_t j = i; j < 3 * count; j += count) a[j] = k * x[j];
  }
}

Particles particle(const State& s) {
  return {
      1, {s.position.x, s.position.y, s.position.z}, {s.velocity.x, s.velocity.y, s.velocity.z}};
}

Orbit orbit_of(double q, double e) {
  return {q,
          e,
          Angle::from_degrees(10.0),
          Angle::from_degrees(40.0),
          Angle::from_degrees(70.0),
          time::Tdb::from_mjd(60000.0)};
}

TEST(GaussRadau, FollowsKeplersOrbits) {
  // The universal variables' solution is to rounding; a step of a third of a radian leaves errors
  // of (1/3)^16 and what some hundred steps add up.
  for (const double e : {0.0, 0.3, 0.7, 0.97, 1.0, 1.3}) {
    const Orbit orbit = orbit_of(0.8, e);
    const auto at = [&](double days) {
      return heliocentric_state(orbit, time::Tdb::from_mjd(60000.0 + days));
    };
    for (const double end : {300.0, -700.0}) {
      GaussRadau motion(particle(at(-90.0)), -90.0, two_bodies, {});
      int steps = 0;
      while (motion.time() != end) {
        motion.step_towards(end);
        ASSERT_LT(++steps, 500);
      }
      const State s = at(end);
      const auto& x = motion.particles().position;
      const double error =
          std::hypot(x[0] - s.position.x, x[1] - s.position.y, x[2] - s.position.z);
      EXPECT_LT(error, 1e-9 * s.position.length()) << e << " " << end << " " << steps;
    }
  }
}

TEST(GaussRadau, ReturnsWhereItCameFrom) {
  const State start = heliocentric_state(orbit_of(1.5, 0.4), time::Tdb::from_mjd(60000.0));
  GaussRadau motion(particle(start), 0.0, two_bodies, {});
  while (motion.time() != 1000.0) motion.step_towards(1000.0);
  while (motion.time() != 0.0) motion.step_towards(0.0);
  EXPECT_NEAR(motion.particles().position[0], start.position.x, 1e-10);
  EXPECT_NEAR(motion.particles().velocity[1], start.velocity.y, 1e-12);
}

TEST(GaussRadau, TheLastStepIsAPolynomialThroughBothEnds) {
  const State start = heliocentric_state(orbit_of(1.5, 0.4), time::Tdb::from_mjd(60000.0));
  GaussRadau motion(particle(start), 0.0, two_bodies, {});
  motion.step_towards(1000.0);
  motion.step_towards(1000.0);
  const auto& step = motion.last_step();
  double place = step.acceleration[1] / 2.0;
  for (std::size_t k = 0; k < GaussRadau::kTerms; ++k)
    place += step.terms[k][1] / static_cast<double>((k + 2) * (k + 3));
  const double y =
      step.start.position[1] + step.length * (step.start.velocity[1] + step.length * place);
  EXPECT_NEAR(y, motion.particles().position[1], 1e-14);
  EXPECT_EQ(step.begin + step.length, motion.time());
}

}  // namespace
}  // namespace skywright::ephemeris
