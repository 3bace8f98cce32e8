/// The sky over an observatory for a night or longer, cheap at any instant: which rotation takes
/// ICRS to the horizon, and where the Sun and the Moon stand.
///
///     const HorizonFrame frame(observatory, night.noon, night.noon.plus_seconds(86400.0));
///     const HorizonFrame::At now = frame.at(tai);       // 0.1 us
///     const sphere::UnitVector h = to_horizon(now.icrs_to_horizon, star);   // north, east, up
///
/// A rotation cannot hold aberration (21 arcsec) or refraction: for those ask `ObservedSky`, which
/// costs 30 us an instant.
#pragma once

#include <array>
#include <vector>

#include "skywright/ephemeris/observer.h"
#include "skywright/ephemeris/planetary_ephemeris.h"

namespace skywright::ephemeris {

/// Rows: north, east, up.
using HorizonRotation = std::array<double, 9>;

/// From ICRS to north, east, up.
constexpr sphere::UnitVector to_horizon(const HorizonRotation& m, const sphere::UnitVector& v) {
  return {m[0] * v.x + m[1] * v.y + m[2] * v.z, m[3] * v.x + m[4] * v.y + m[5] * v.z,
          m[6] * v.x + m[7] * v.y + m[8] * v.z};
}
/// From north, east, up to ICRS.
constexpr sphere::UnitVector from_horizon(const HorizonRotation& m, const sphere::UnitVector& h) {
  return {m[0] * h.x + m[3] * h.y + m[6] * h.z, m[1] * h.x + m[4] * h.y + m[7] * h.z,
          m[2] * h.x + m[5] * h.y + m[8] * h.z};
}
Horizontal horizontal(const sphere::UnitVector& north_east_up);

/// Precession and nutation (IAU 2006/2000A) are taken once a day, where they err by 0.1 arcsec at
/// most; the Earth's rotation at each instant; Sun and Moon by Chebyshev polynomials over a day
/// each: Sun and Moon within 1 mas and 0.02 arcsec of the places from which they are made.
class HorizonFrame {
 public:
  struct At {
    HorizonRotation icrs_to_horizon{};
    Angle local_sidereal_time;     ///< apparent, [0, 360) degrees
    sphere::UnitVector sun;        ///< ICRS, seen from the observatory, astrometric (light time
    sphere::UnitVector moon;       ///< taken off, aberration not)
    double moon_illumination = 0;  ///< lit part of the disc, 0 new to 1 full
    Angle moon_elongation;         ///< between the Sun and the Moon, [0, 180] degrees
  };

  /// Costs 30 us a day begun.
  /// @throws InputError for an end before the beginning, a span above 100 years, a latitude beyond
  /// a pole
  HorizonFrame(const Observatory& observatory, time::Tai begin, time::Tai end,
               const EarthOrientation& orientation = {},
               const PlanetaryEphemeris& ephemeris = PlanetaryEphemeris::built_in());

  /// @pre not beyond a day before the beginning or after the end
  [[nodiscard]] At at(time::Tai t) const;

  /// Sine of the altitude of the centre of the Sun and of the Moon, aberration included,
  /// refraction not: what rise and set are about.
  [[nodiscard]] double sun_height(time::Tai t) const;
  [[nodiscard]] double moon_height(time::Tai t) const;
  /// Of the Sun, west positive, [-180, 180) degrees.
  [[nodiscard]] Angle sun_hour_angle(time::Tai t) const;

 private:
  static constexpr int kTerms = 9;
  using Series = std::array<std::array<double, kTerms>, 3>;  ///< Chebyshev terms of x, y, z [au]
  struct Day {
    std::array<double, 9> to_equator{};  ///< GCRS to the true equator, from the celestial origin
    double rotation = 0.0;               ///< Earth rotation angle + longitude at its middle [rad]
    double equation_of_origins = 0.0;    ///< [rad]
    Vector velocity;                     ///< of the Earth, in units of the speed of light
    Series sun{}, moon{};                ///< from the geocentre, light time taken off
  };
  struct Turned {
    HorizonRotation to_horizon{};
    double rotation = 0.0;
    const Day* day = nullptr;
    double x = 0.0;  ///< -1 to 1 within the day
  };
  [[nodiscard]] Turned turned(time::Tai t) const;
  struct Bodies {
    Vector sun, moon;  ///< seen from the observatory, astrometric [au]
  };
  [[nodiscard]] Bodies bodies(const Turned& now) const;

  time::Tai begin_;
  double sin_latitude_ = 0.0, cos_latitude_ = 1.0;
  double north_ = 0.0, up_ = 0.0;  ///< the observatory from the geocentre, horizon axes [au]
  double spin_speed_ = 0.0;        ///< eastward, in units of the speed of light
  std::vector<Day> days_;
};

}  // namespace skywright::ephemeris
