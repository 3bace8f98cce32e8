/// Vectors in space, ICRS axes: [au] for places, [au/day] for velocities.
#pragma once

#include <cmath>

#include "skywright/sphere/direction.h"

namespace skywright::ephemeris {

inline constexpr double kLightSpeed = 173.144632674240;            ///< [au/day]
inline constexpr double kAstronomicalUnit = 149597870.7;           ///< [km], IAU 2012
inline constexpr double kGaussConstant = 0.01720209895;            ///< [au^1.5/day]
inline constexpr double kSunGm = kGaussConstant * kGaussConstant;  ///< [au^3/day^2]

struct Vector {
  double x = 0.0;
  double y = 0.0;
  double z = 0.0;

  friend constexpr Vector operator+(const Vector& a, const Vector& b) {
    return {a.x + b.x, a.y + b.y, a.z + b.z};
  }
  friend constexpr Vector operator-(const Vector& a, const Vector& b) {
    return {a.x - b.x, a.y - b.y, a.z - b.z};
  }
  friend constexpr Vector operator*(double k, const Vector& a) {
    return {k * a.x, k * a.y, k * a.z};
  }
  friend constexpr double dot(const Vector& a, const Vector& b) {
    return a.x * b.x + a.y * b.y + a.z * b.z;
  }
  friend constexpr Vector cross(const Vector& a, const Vector& b) {
    return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
  }
  [[nodiscard]] double length() const { return std::sqrt(dot(*this, *this)); }
  /// @pre not zero
  [[nodiscard]] sphere::UnitVector direction() const {
    const double k = 1.0 / length();
    return {k * x, k * y, k * z};
  }
};

struct State {
  Vector position;  ///< [au]
  Vector velocity;  ///< [au/day]
};

}  // namespace skywright::ephemeris
