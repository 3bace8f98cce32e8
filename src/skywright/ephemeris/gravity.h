/// What pulls a small body: Sun, planets, Moon and Pluto where a kernel has them, and the Sun's
/// relativistic term.
///
/// Neglected: masses of asteroids (below 0.1 arcsec in a year in the belt unless one of the largest
/// is met), the flattening of Sun and planets (felt within some radii), outgassing of comets,
/// radiation and the Yarkovsky effect.
#pragma once

#include <array>
#include <cstddef>

#include "skywright/ephemeris/planetary_ephemeris.h"

namespace skywright::ephemeris {

inline constexpr std::size_t kPullingBodies = 11;

/// Of the bodies in the order of `Body`, DE405's [au^3/day^2] (Standish 1998, JPL IOM
/// 312.F-98-048). Those of DE440 differ by 1e-7 for Earth and Moon, 4e-7 for Neptune, and less than
/// 2e-7 else.
inline constexpr std::array<double, kPullingBodies> kGravity = {
    0.295912208285591095e-03,
    0.491254745145081187e-10,
    0.724345620963276523e-09,
    0.899701134671249882e-09 * 81.30056 / 82.30056,
    0.899701134671249882e-09 / 82.30056,
    0.954953510577925806e-10,
    0.282534590952422643e-06,
    0.845971518568065874e-07,
    0.129202491678196939e-07,
    0.152435890078427628e-07,
    0.218869976542596968e-11};

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
