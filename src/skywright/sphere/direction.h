/// Places on the sky as angles (SkyPosition) and as unit vectors (UnitVector).
///
/// Both are frame-less pairs and triples in ICRS unless a name says otherwise.
#pragma once

#include "skywright/sphere/angle.h"

namespace skywright::sphere {

/// Right ascension and declination, ICRS.
struct SkyPosition {
  Angle ra;   ///< any turn; `normalised` brings it to [0, 360) degrees
  Angle dec;  ///< [-90, 90] degrees

  static constexpr SkyPosition from_degrees(double ra, double dec) {
    return {Angle::from_degrees(ra), Angle::from_degrees(dec)};
  }
};

/// A vector of length one. Constructed by `unit_vector` or normalised by the caller.
struct UnitVector {
  double x = 1.0;
  double y = 0.0;
  double z = 0.0;
};

UnitVector unit_vector(const SkyPosition& position);
/// Right ascension in [0, 360) degrees; the poles have right ascension 0.
SkyPosition sky_position(const UnitVector& v);

constexpr double dot(const UnitVector& a, const UnitVector& b) {
  return a.x * b.x + a.y * b.y + a.z * b.z;
}

/// Great-circle distance, exact at all distances (Vincenty's form; no loss near 0 or 180 degrees).
Angle separation(const SkyPosition& a, const SkyPosition& b);
Angle separation(const UnitVector& a, const UnitVector& b);

/// Direction of `to` seen from `from`, from north through east, in [0, 360) degrees.
Angle position_angle(const SkyPosition& from, const SkyPosition& to);

/// The place at `distance` from `from` towards `position_angle` (from north through east).
SkyPosition offset(const SkyPosition& from, Angle position_angle, Angle distance);

}  // namespace skywright::sphere
