/// Frames of direction as types, so that a galactic vector never passes for an ICRS one.
///
///     const Direction<Galactic> g = icrs_to_galactic() * Direction<Icrs>{unit_vector(position)};
///     const Rotation<Galactic, Icrs> back = icrs_to_galactic().inverse();
#pragma once

#include <array>

#include "skywright/sphere/direction.h"

namespace skywright::sphere {

struct Icrs {};
struct Galactic {};  ///< IAU 1958 as ESA (1997), The Hipparcos Catalogue, section 1.5.3, fixes it
struct EclipticJ2000 {};  ///< mean ecliptic of J2000 and ICRS origin, obliquity 84381.448 arcsec

template <class Frame>
struct Direction {
  UnitVector v;
  [[nodiscard]] Angle longitude() const { return sky_position(v).ra; }
  [[nodiscard]] Angle latitude() const { return sky_position(v).dec; }
};

/// Longitude and latitude of a frame as a direction.
template <class Frame>
Direction<Frame> direction(Angle longitude, Angle latitude) {
  return {unit_vector({longitude, latitude})};
}

template <class From, class To>
struct Rotation {
  std::array<double, 9> m{1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0};  ///< row-major

  [[nodiscard]] Rotation<To, From> inverse() const {
    return {{m[0], m[3], m[6], m[1], m[4], m[7], m[2], m[5], m[8]}};
  }
  friend Direction<To> operator*(const Rotation& r, const Direction<From>& d) {
    const auto& m = r.m;
    const UnitVector& v = d.v;
    return {{m[0] * v.x + m[1] * v.y + m[2] * v.z, m[3] * v.x + m[4] * v.y + m[5] * v.z,
             m[6] * v.x + m[7] * v.y + m[8] * v.z}};
  }
};

/// First `b`, then `a`.
template <class From, class Via, class To>
Rotation<From, To> operator*(const Rotation<Via, To>& a, const Rotation<From, Via>& b) {
  Rotation<From, To> out;
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      out.m[3 * i + j] =
          a.m[3 * i] * b.m[j] + a.m[3 * i + 1] * b.m[3 + j] + a.m[3 * i + 2] * b.m[6 + j];
    }
  }
  return out;
}

Rotation<Icrs, Galactic> icrs_to_galactic();
Rotation<Icrs, EclipticJ2000> icrs_to_ecliptic();

}  // namespace skywright::sphere
