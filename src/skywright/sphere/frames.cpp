#include "skywright/sphere/frames.h"

namespace skywright::sphere {
namespace {

using Matrix = std::array<double, 9>;

Matrix product(const Matrix& a, const Matrix& b) {
  return (Rotation<Icrs, Icrs>{a} * Rotation<Icrs, Icrs>{b}).m;
}

/// Turn of the axes about z by `angle`.
Matrix about_z(Angle angle) {
  return {cos(angle), sin(angle), 0.0, -sin(angle), cos(angle), 0.0, 0.0, 0.0, 1.0};
}

/// Turn of the axes about x by `angle`.
Matrix about_x(Angle angle) {
  return {1.0, 0.0, 0.0, 0.0, cos(angle), sin(angle), 0.0, -sin(angle), cos(angle)};
}

}  // namespace

Rotation<Icrs, Galactic> icrs_to_galactic() {
  // North galactic pole at (192.85948, 27.12825) deg ICRS; the galactic equator's ascending node at
  // longitude 32.93192 deg: ESA (1997), The Hipparcos and Tycho Catalogues, volume 1, eq. 1.5.11.
  const Angle pole_ra = Angle::from_degrees(192.85948);
  const Angle pole_dec = Angle::from_degrees(27.12825);
  const Angle node = Angle::from_degrees(32.93192);
  const Angle quarter = Angle::from_degrees(90.0);
  return {
      product(about_z(-node), product(about_x(quarter - pole_dec), about_z(pole_ra + quarter)))};
}

Rotation<Icrs, EclipticJ2000> icrs_to_ecliptic() {
  // 84381.448 arcsec (IAU 1976), the plane in which orbital elements are published by the Minor
  // Planet Center and JPL; IAU 2006 puts it at 84381.406.
  return {about_x(Angle::from_arcsec(84381.448))};
}

}  // namespace skywright::sphere
