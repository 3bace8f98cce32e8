/// A body on any course as an observer sees it: light time, rates, phase and magnitude.
#pragma once

#include <numbers>

#include "skywright/ephemeris/moving_bodies.h"

namespace skywright::ephemeris::detail {

/// @param barycentric_before gives the body's State so many days before `t`
template <class BarycentricBefore>
SeenBody look_at(const BarycentricBefore& barycentric_before, double h, double g,
                 const State& observer, const State& sun) {
  double light_time = 0.0;
  State body;
  Vector line;
  // Each round shrinks the error of the light time by v/c, 1e-4: three reach 1e-12 of a day.
  for (int round = 0; round < 4; ++round) {
    body = barycentric_before(light_time);
    line = body.position - observer.position;
    light_time = line.length() / kLightSpeed;
  }
  SeenBody seen;
  seen.distance = line.length();
  const Vector from_sun = body.position - (sun.position - light_time * sun.velocity);
  seen.heliocentric_distance = from_sun.length();
  const sphere::UnitVector u = line.direction();
  seen.position = sphere::sky_position(u);
  const Vector sight{u.x, u.y, u.z};
  // While the observer's clock runs one day, the body's runs 1 - d(light time)/dt.
  const double range_rate = dot(sight, body.velocity - observer.velocity) /
                            (1.0 + dot(sight, body.velocity) / kLightSpeed);
  const Vector relative = (1.0 - range_rate / kLightSpeed) * body.velocity - observer.velocity;
  const double sa = sin(seen.position.ra), ca = cos(seen.position.ra);
  const double sd = sin(seen.position.dec), cd = cos(seen.position.dec);
  constexpr double kDegrees = 180.0 / std::numbers::pi;
  seen.ra_rate = dot(relative, Vector{-sa, ca, 0.0}) / seen.distance * kDegrees;
  seen.dec_rate = dot(relative, Vector{-sd * ca, -sd * sa, cd}) / seen.distance * kDegrees;
  seen.phase = sphere::separation(from_sun.direction(), u);
  seen.magnitude = hg_magnitude(h, g, seen.heliocentric_distance, seen.distance, seen.phase);
  seen.heliocentric = {from_sun, body.velocity - sun.velocity};
  seen.topocentric = {line, body.velocity - observer.velocity};
  return seen;
}

}  // namespace skywright::ephemeris::detail
