/// What pulls a small body: Sun, planets, Moon and Pluto where a kernel has them, the Sun's
/// relativistic term, and the Earth's figure where it is passed closely.
///
/// Neglected: masses of asteroids (below 0.1 arcsec in a year in the belt unless one of the largest
/// is met), the flattening of the Sun and of other planets, whose systems pull as points at their
/// barycentres (felt within some radii), outgassing of comets, radiation and the Yarkovsky effect.
#pragma once

#include <array>
#include <cstddef>

#include "skywright/ephemeris/planetary_ephemeris.h"

namespace skywright::ephemeris {

/// Bodies whose pull counts.
inline constexpr std::size_t kPullingBodies = 11;

/// Of the bodies in the order of `Body`, DE440's [au^3/day^2] (Park et al. 2021, AJ 161, 105).
inline constexpr std::array<double, kPullingBodies> kGravity = {
    0.295912208284119561e-03,
    0.491250019488931818e-10,
    0.724345233264411869e-09,
    0.899701139294734660e-09 * 81.3005682214972154 / 82.3005682214972154,
    0.899701139294734660e-09 / 82.3005682214972154,
    0.954954882972581189e-10,
    0.282534582522579175e-06,
    0.845970599337629027e-07,
    0.129202656496823994e-07,
    0.152435734788519386e-07,
    0.217509646489335811e-11};

/// Accelerations of many bodies at one time, all planets' places looked up once.
class Gravity {
 public:
  /// @param origin  times are [day] of TDB from it
  Gravity(const PlanetaryEphemeris& ephemeris, time::Tdb origin)
      : ephemeris_(&ephemeris), origin_(origin) {}

  /// Barycentric, ICRS axes: all x, then all y, then all z [au, au/day, au/day^2].
  /// @throws InputError where the kernel does not reach `days`
  void operator()(double days, std::size_t count, const double* position, const double* velocity,
                  double* acceleration) const;

 private:
  const PlanetaryEphemeris* ephemeris_;
  time::Tdb origin_;
};

}  // namespace skywright::ephemeris
