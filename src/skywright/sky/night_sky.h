/// How bright the empty sky is, by band and direction: airglow and unresolved light, zodiacal
/// light, moonlight and twilight.
///
///     const NightSky night_sky(instrument.bands, instrument.site.height_m);
///     const double m = night_sky.magnitude(band, point, state);             // one place
///     night_sky.magnitudes(band, directions, state, out);                   // a map
///
/// Models: dark sky of the instrument's description at the zenith; van Rhijn layer at 90 km;
/// zodiacal light of Leinert et al. (1998, A&AS 127, 1, table 17); the Moon by Kieffer & Stone
/// (2005, AJ 129, 2887), scattered as Krisciunas & Schaefer (1991, PASP 103, 1033) measured it, by
/// air and aerosol; twilight at the zenith by Patat et al. (2006, A&A 455, 385). Not
/// included: clouds, the Milky Way, towns, the solar cycle, the Moon's distance, airglow's changes
/// through the night.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "skywright/ephemeris/horizon_frame.h"
#include "skywright/instrument/instrument.h"
#include "skywright/sphere/direction.h"

namespace skywright::sky {

/// Sun and Moon over the horizon: x north, y east, z up.
struct NightSkyState {
  sphere::UnitVector sun{0.0, 0.0, -1.0};
  sphere::UnitVector moon{0.0, 0.0, -1.0};
  double moon_illumination = 0.0;  ///< of the disc, 0 new .. 1 full
};

/// A direction as the model needs it.
struct SkyPoint {
  sphere::UnitVector horizon;        ///< x north, y east, z up
  sphere::Angle ecliptic_latitude;   ///< J2000 is near enough
  sphere::Angle longitude_from_sun;  ///< ecliptic, any turn
};

/// Ecliptic latitude and longitude from the Sun of a place, both in ICRS.
struct EclipticPlace {
  sphere::Angle latitude;
  sphere::Angle longitude_from_sun;
};
EclipticPlace ecliptic_place(const sphere::UnitVector& icrs, const sphere::UnitVector& sun_icrs);

/// What an instant over an observatory tells the model.
NightSkyState night_sky_state(const ephemeris::HorizonFrame::At& now);
SkyPoint sky_point(const ephemeris::HorizonFrame::At& now, const sphere::UnitVector& icrs);
/// The same from an instant that is asked for once.
NightSkyState night_sky_state(const ephemeris::ObservedSky& now);
SkyPoint sky_point(const ephemeris::ObservedSky& now, const sphere::SkyPosition& icrs);

/// Directions of a map, made once an instant and used for every band.
struct SkyDirections {
  std::vector<float> north;
  std::vector<float> east;
  std::vector<float> up;
  std::vector<float> zodiacal;  ///< at 500 nm above the air [1e-8 W m^-2 sr^-1 um^-1]
};
/// From altitude, azimuth (north through east), ecliptic latitude and longitude from the Sun [rad].
/// @pre all spans of one length; about 60 ns a pixel
SkyDirections sky_directions(std::span<const float> altitude, std::span<const float> azimuth,
                             std::span<const float> ecliptic_latitude,
                             std::span<const float> longitude_from_sun);

/// Zodiacal light at 500 nm [1e-8 W m^-2 sr^-1 um^-1]; towards the Sun, where the table ends at 15
/// degrees, it rises as elongation^-2.3 up to 2.5 degrees and stays there.
double zodiacal_light(sphere::Angle ecliptic_latitude, sphere::Angle longitude_from_sun);

/// Magnitude of the whole Moon at its mean distance, outside the air, relative to V: where a body
/// with the colour of AB 0 has that of V.
/// @param illumination  of the disc, 0 new .. 1 full: the last degrees before full have a surge
double moon_magnitude(double illumination, double wavelength_nm = 551.0);

class NightSky {
 public:
  /// @param bands  dark_sky (0: that of LSST's bands at the wavelength), extinction and
  /// wavelength_nm
  ///               are used; the order is that of `band` below
  /// @param height_m  of the site, for the air above it
  explicit NightSky(std::span<const instrument::Band> bands, double height_m = 2650.0);

  [[nodiscard]] std::size_t bands() const { return bands_.size(); }

  /// AB mag/arcsec2, finite in every direction: below the horizon as at it, on the Moon and the Sun
  /// as at their edges, by day not brighter than 3. The plain twin of magnitudes(); about 1 us.
  [[nodiscard]] double magnitude(std::size_t band, const SkyPoint& point,
                                 const NightSkyState& state) const;

  /// The same in bulk, within 0.01 mag; at most 20 ns a pixel.
  /// @pre out.size() is that of `directions`
  void magnitudes(std::size_t band, const SkyDirections& directions, const NightSkyState& state,
                  std::span<float> out) const;

  /// Directions and magnitudes in one call; angles as in sky_directions().
  void magnitudes(std::size_t band, const NightSkyState& state, std::span<const float> altitude,
                  std::span<const float> azimuth, std::span<const float> ecliptic_latitude,
                  std::span<const float> longitude_from_sun, std::span<float> out) const;

 private:
  /// Light is counted in 1e-9 of an AB magnitude 0 a square arcsecond.
  struct BandModel {
    double airglow;   ///< at the zenith
    double zodiacal;  ///< of one unit of zodiacal_light(), above the air
    double wavelength_nm;
    double extinction;               ///< [mag/airmass]
    double rayleigh;                 ///< optical depth
    double aerosol;                  ///< optical depth
    double absorption;               ///< optical depth of what does not scatter
    double wide_c0;                  ///< moonlight's phase function besides aerosol's forward
    double wide_c2;                  ///< lobe is c0 + c2 cos^2 [1/sr]
    double twilight_offset;          ///< AB magnitude at the zenith, Sun at zenith distance 95 deg
    double twilight_slope;           ///< [mag/deg]
    double twilight_curve;           ///< [mag/deg^2]
    double twilight_dark;            ///< what those magnitudes contain besides twilight
    std::vector<float> up_airglow;   ///< by sine of altitude: airglow at the ground
    std::vector<float> up_zodiacal;  ///< by sine of altitude: zodiacal light's transmission
  };
  /// What Sun and Moon are for a band.
  struct Lights {
    double moon;          ///< above what scatters it
    double moon_airmass;  ///< as it scatters
    double twilight;      ///< at the zenith
  };
  [[nodiscard]] Lights lights(const BandModel& band, const NightSkyState& state) const;

  std::vector<BandModel> bands_;
};

}  // namespace skywright::sky
