/// Angles with no implicit number: `Angle::from_arcsec(0.7)`, `a.degrees()`.
#pragma once

#include <cmath>
#include <compare>
#include <numbers>

namespace skywright::sphere {

class Angle {
 public:
  constexpr Angle() = default;
  static constexpr Angle from_radians(double v) { return Angle(v); }
  static constexpr Angle from_degrees(double v) { return Angle(v * kDegree); }
  static constexpr Angle from_hours(double v) { return Angle(v * 15.0 * kDegree); }
  static constexpr Angle from_arcmin(double v) { return Angle(v * kDegree / 60.0); }
  static constexpr Angle from_arcsec(double v) { return Angle(v * kDegree / 3600.0); }
  static constexpr Angle from_mas(double v) { return Angle(v * kDegree / 3.6e6); }

  [[nodiscard]] constexpr double radians() const { return radians_; }
  [[nodiscard]] constexpr double degrees() const { return radians_ / kDegree; }
  [[nodiscard]] constexpr double hours() const { return radians_ / (15.0 * kDegree); }
  [[nodiscard]] constexpr double arcmin() const { return radians_ / kDegree * 60.0; }
  [[nodiscard]] constexpr double arcsec() const { return radians_ / kDegree * 3600.0; }
  [[nodiscard]] constexpr double mas() const { return radians_ / kDegree * 3.6e6; }

  /// The same direction in [0, 360) degrees.
  [[nodiscard]] Angle wrapped() const;
  /// The same direction in [-180, 180) degrees.
  [[nodiscard]] Angle wrapped_around_zero() const;

  friend constexpr auto operator<=>(Angle, Angle) = default;
  friend constexpr Angle operator+(Angle a, Angle b) { return Angle(a.radians_ + b.radians_); }
  friend constexpr Angle operator-(Angle a, Angle b) { return Angle(a.radians_ - b.radians_); }
  friend constexpr Angle operator-(Angle a) { return Angle(-a.radians_); }
  friend constexpr Angle operator*(Angle a, double k) { return Angle(a.radians_ * k); }
  friend constexpr Angle operator*(double k, Angle a) { return a * k; }
  friend constexpr Angle operator/(Angle a, double k) { return Angle(a.radians_ / k); }
  friend constexpr double operator/(Angle a, Angle b) { return a.radians_ / b.radians_; }

 private:
  static constexpr double kDegree = std::numbers::pi / 180.0;
  explicit constexpr Angle(double radians) : radians_(radians) {}
  double radians_ = 0.0;
};

inline double sin(Angle a) { return std::sin(a.radians()); }
inline double cos(Angle a) { return std::cos(a.radians()); }
inline double tan(Angle a) { return std::tan(a.radians()); }

}  // namespace skywright::sphere
