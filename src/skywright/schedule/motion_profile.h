/// How long one axis takes to a place, from rest to rest, at limited speed, acceleration and jerk.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "skywright/instrument/kinematics.h"

namespace skywright::schedule {

/// Point-to-point motion in seven phases at most, symmetric in time (third-order profile; e.g. the
/// case study in Lambrechts, Boerlage & Steinbuch 2005, Control Eng. Pract. 13, 145):
///
///     d < cubic_below      neither speed nor acceleration reach their limit: 4 (d / 2j)^(1/3)
///     d < square_below     the acceleration does, the speed does not: a/j + sqrt((a/j)^2 + 4d/a)
///     else                 cruise: d/v + v/a + a/j, or d/v + 2 sqrt(v/j) if a is never reached
///
/// Without jerk the first case is empty and a/j = 0. Distances in radians, times in seconds.
template <class Real>
struct MotionProfile {
  Real cubic_below = 0;
  Real square_below = 0;
  Real half_per_jerk = 0;          ///< 1 / 2j
  Real ramp = 0;                   ///< a / j
  Real four_per_acceleration = 0;  ///< 4 / a
  Real per_speed = 0;              ///< 1 / v
  Real cruise_extra = 0;           ///< starting and stopping

  MotionProfile() = default;
  explicit MotionProfile(const instrument::Axis& axis) {
    constexpr double kDegree = std::numbers::pi / 180.0;
    const double v = axis.speed * kDegree;
    const double a = axis.acceleration * kDegree;
    const double j = axis.jerk * kDegree;
    four_per_acceleration = static_cast<Real>(4.0 / a);
    per_speed = static_cast<Real>(1.0 / v);
    if (j == 0.0) {
      square_below = static_cast<Real>(v * v / a);
      cruise_extra = static_cast<Real>(v / a);
      return;
    }
    half_per_jerk = static_cast<Real>(0.5 / j);
    ramp = static_cast<Real>(a / j);
    if (v * j < a * a) {  // the limit of speed comes before that of acceleration
      square_below = cubic_below = static_cast<Real>(2.0 * v * std::sqrt(v / j));
      cruise_extra = static_cast<Real>(2.0 * std::sqrt(v / j));
    } else {
      cubic_below = static_cast<Real>(2.0 * a * a * a / (j * j));
      square_below = static_cast<Real>(v * (v / a + a / j));
      cruise_extra = static_cast<Real>(v / a + a / j);
    }
  }

  /// @pre distance >= 0
  [[nodiscard]] Real seconds(Real distance) const {
    if (distance < cubic_below) return 4 * std::cbrt(distance * half_per_jerk);
    if (distance < square_below) return square_case(distance);
    return distance * per_speed + cruise_extra;
  }
  [[nodiscard]] Real square_case(Real distance) const {
    return ramp + std::sqrt(ramp * ramp + distance * four_per_acceleration);
  }
};

/// Cube root of x >= 0 without a branch, within 3e-7 of itself; 0 gives less than 1e-12.
///
/// A third of the exponent from the bits, then Halley's iteration twice (3e-2, 1e-5, 1e-7).
[[gnu::always_inline]] inline float fast_cube_root(float x) {
  // Bits are about 2^23 (127 + log2 x); 0x2a510000 adds the two thirds of the bias that /3 loses.
  const auto bits = static_cast<float>(std::bit_cast<std::int32_t>(x));
  float y = std::bit_cast<float>(static_cast<std::int32_t>(bits * (1.0F / 3.0F)) + 0x2a510000);
  for (int i = 0; i < 2; ++i) {
    const float cube = y * y * y;
    y *= (cube + 2.0F * x) / (2.0F * cube + x);
  }
  return y;
}

/// The same motion, all three cases computed and one taken: for loops over a map.
[[gnu::always_inline]] inline float fast_seconds(const MotionProfile<float>& p, float distance) {
  const float cubic = 4.0F * fast_cube_root(distance * p.half_per_jerk);
  const float square = p.ramp + std::sqrt(p.ramp * p.ramp + distance * p.four_per_acceleration);
  const float cruise = distance * p.per_speed + p.cruise_extra;
  const float fast = distance < p.square_below ? square : cruise;
  return distance < p.cubic_below ? cubic : fast;
}

}  // namespace skywright::schedule
