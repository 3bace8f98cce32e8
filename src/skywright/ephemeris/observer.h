/// The sky over a place on the Earth: altitude, azimuth, airmass, hour angle, and the observer's
/// own place in space.
///
///     const ObservedSky sky(observatory, utc);
///     const double x = airmass(sky.horizontal(position).altitude);
#pragma once

#include <memory>
#include <span>

#include "skywright/ephemeris/vector.h"
#include "skywright/time/time_scales.h"

namespace skywright::ephemeris {

using sphere::Angle;
using sphere::SkyPosition;

/// A place on the Earth, geodetic on WGS84.
struct Observatory {
  Angle latitude;       ///< north positive
  Angle longitude;      ///< east positive
  double height = 0.0;  ///< above the ellipsoid [m]
};

/// @throws InputError for a latitude beyond a pole
void check_on_earth(const Observatory& observatory);

/// What IERS Bulletin A tells; zeros cost 0.9 s of time (14 arcsec of hour angle) at most.
struct EarthOrientation {
  double ut1_minus_utc = 0.0;  ///< [s]
  Angle pole_x;
  Angle pole_y;
};

/// For refraction; none where the pressure is 0.
struct Atmosphere {
  double pressure = 0.0;      ///< at the observer [hPa]
  double temperature = 10.0;  ///< [deg C]
  double humidity = 0.5;      ///< relative, 0 to 1
  double wavelength = 0.55;   ///< [um]
};

struct Horizontal {
  Angle azimuth;   ///< from north through east, [0, 360) degrees
  Angle altitude;  ///< above the horizon
};

/// Air between us and a star relative to the zenith, Pickering (2002), DIO 12, 22: good down to the
/// horizon, where it is 38.7; NaN below. @param altitude apparent
double airmass(Angle altitude);

/// One place and one instant: made once (30 us), asked often.
///
/// Included: precession and nutation (IAU 2006/2000A), the Earth's rotation, annual and diurnal
/// aberration, deflection by the Sun, refraction where `atmosphere` has a pressure (ERFA's A tan z
/// + B tan^3 z: below 1 arcsec to zenith distance 83 deg; a bounded stand-in below). Not included:
/// proper motion and parallax, which are the caller's.
class ObservedSky {
 public:
  /// @throws InputError for a date that UTC does not reach or a latitude beyond a pole
  ObservedSky(const Observatory& observatory, time::Utc t, const EarthOrientation& orientation = {},
              const Atmosphere& atmosphere = {});

  [[nodiscard]] Horizontal horizontal(const SkyPosition& icrs) const;
  /// Observed, west positive, [-180, 180) degrees.
  [[nodiscard]] Angle hour_angle(const SkyPosition& icrs) const;
  /// Direction of the zenith seen at the star, from celestial north (of date) through east: zero on
  /// the meridian south of the zenith, positive west of it; [-180, 180) degrees.
  [[nodiscard]] Angle parallactic_angle(const SkyPosition& icrs) const;
  /// The place that stands at `at`.
  [[nodiscard]] SkyPosition icrs_at(const Horizontal& at) const;
  /// In bulk [deg]. @pre all spans of one length
  void horizontal(std::span<const double> ra, std::span<const double> dec,
                  std::span<double> azimuth, std::span<double> altitude) const;

  /// Apparent sidereal time here, [0, 360) degrees.
  [[nodiscard]] Angle local_sidereal_time() const;
  /// The observer seen from the barycentre of the Solar System, ICRS axes.
  [[nodiscard]] const State& observer() const;
  /// The Sun seen from the observer, geometric.
  [[nodiscard]] Vector sun() const;
  [[nodiscard]] time::Tdb tdb() const;
  /// Astrometric places (ICRS) seen from here.
  [[nodiscard]] SkyPosition sun_position() const;
  [[nodiscard]] SkyPosition moon_position() const;

 private:
  struct Context;
  std::shared_ptr<const Context> context_;
};

}  // namespace skywright::ephemeris
