#include "skywright/sky/night_sky.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

#include "skywright/sky/bands.h"
#include "skywright/sky/detail/lunar_disc.h"
#include "skywright/sky/detail/sky_light.h"

namespace skywright::sky {
namespace {

using namespace detail;

constexpr double kUnit = 1e-9;          ///< of the light's counting, in AB magnitude 0 a arcsec^2
constexpr double kDaylight = 3.0;       ///< [mag/arcsec2] about that of a clear day's sky
constexpr double kArcsec2 = 4.2545e10;  ///< a steradian
constexpr std::size_t kSteps = 512;     ///< of tables by sine of altitude
constexpr std::size_t kPhaseSteps = 1024;

double light(double magnitude) { return std::pow(10.0, -0.4 * magnitude) / kUnit; }

/// Dark sky at the zenith of Cerro Pachon in LSST's bands, AB (SMTN-002, rubin_scheduler
/// sys_eng_vals), for bands that state none.
double usual_dark_sky(double wavelength_nm) {
  static constexpr std::array<double, kBands> kDark = {23.05, 22.25, 21.20, 20.46, 19.61, 18.60};
  return interpolate(kBandWavelengths, kDark, wavelength_nm);
}

/// Zodiacal light that the dark sky's figure is taken to hold: far from the Sun (120 to 180
/// degrees) at the 30 to 45 degrees of ecliptic latitude at which the zenith of a site at 30
/// degrees stands on average.
constexpr double kReferenceZodiacal = 110.0;

/// AB magnitude of one unit of zodiacal light: 1e-8 W m^-2 sr^-1 um^-1 at 500 nm in AB, the Sun's
/// colour from there, and reddening (Leinert et al. 1998, eq. 22, elongation 90 deg).
double zodiacal_magnitude(double wavelength_nm) {
  constexpr double kUnitAt500 = 28.17;  // -2.5 lg(1e-9 / 4.2545e10 * 5000^2 / 2.9979e18) - 48.60
  const double lg = std::log10(wavelength_nm / 500.0);
  const double redder = 1.0 + (lg < 0.0 ? 0.9 : 0.6) * lg;
  return kUnitAt500 + solar_colour(wavelength_nm) - solar_colour(500.0) - 2.5 * std::log10(redder);
}

float table_at(const std::vector<float>& table, float up) {
  const float x = up * static_cast<float>(kSteps);
  const auto i = std::min(static_cast<int>(x), static_cast<int>(kSteps) - 1);
  const float f = x - static_cast<float>(i);
  const float* t = table.data() + i;
  return t[0] + f * (t[1] - t[0]);
}

const KrisciunasSchaefer& measured_moonlight() {
  static const KrisciunasSchaefer measured;
  return measured;
}

}  // namespace

double moon_magnitude(double illumination, double wavelength_nm) {
  const double phase = std::acos(std::clamp(2.0 * illumination - 1.0, -1.0, 1.0)) / kDegree;
  return solar_colour(wavelength_nm) + lunar_magnitude(wavelength_nm, phase);
}

SkyDirections sky_directions(std::span<const float> altitude, std::span<const float> azimuth,
                             std::span<const float> ecliptic_latitude,
                             std::span<const float> longitude_from_sun) {
  assert(altitude.size() == azimuth.size() && altitude.size() == ecliptic_latitude.size() &&
         altitude.size() == longitude_from_sun.size());
  SkyDirections out;
  const std::size_t n = altitude.size();
  out.north.resize(n);
  out.east.resize(n);
  out.up.resize(n);
  out.zodiacal.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    const float level = std::cos(altitude[i]);
    out.north[i] = level * std::cos(azimuth[i]);
    out.east[i] = level * std::sin(azimuth[i]);
    out.up[i] = std::sin(altitude[i]);
    out.zodiacal[i] = static_cast<float>(
        zodiacal_light(sphere::Angle::from_radians(static_cast<double>(ecliptic_latitude[i])),
                       sphere::Angle::from_radians(static_cast<double>(longitude_from_sun[i]))));
  }
  return out;
}

NightSky::NightSky(std::span<const instrument::Band> bands, double height_m) {
  for (const instrument::Band& band : bands) {
    const double nm =
        band.wavelength_nm > 0.0 ? band.wavelength_nm : kBandWavelengths[band_index(band)];
    BandModel m;
    m.rayleigh = rayleigh_depth(nm, height_m);
    m.aerosol = aerosol_depth(nm);
    m.extinction = band.extinction > 0.0 ? band.extinction : 1.0857 * (m.rayleigh + m.aerosol);
    m.zodiacal = light(zodiacal_magnitude(nm));
    const double dark = light(band.dark_sky > 0.0 ? band.dark_sky : usual_dark_sky(nm));
    // A description with a sky darker than zodiacal light alone keeps a tenth of it as airglow.
    m.airglow = std::max(dark - m.zodiacal * kReferenceZodiacal, 0.1 * dark);
    m.wavelength_nm = nm;
    const double depth = m.rayleigh + m.aerosol;
    m.absorption = std::max(m.extinction / 1.0857 - depth, 0.0);
    const WidePhase by_air = rayleigh_phase(m.rayleigh);
    const WidePhase& beyond = measured_moonlight().wide;
    const double air = m.rayleigh / depth;
    m.wide_c0 = air * by_air.c0 + beyond.c0;
    m.wide_c2 = air * by_air.c2 + beyond.c2;
    using T = TwilightTable;
    const double ab = interpolate(T::wavelength, T::ab, nm);
    m.twilight_offset = interpolate(T::wavelength, T::a0, nm) + ab;
    m.twilight_slope = interpolate(T::wavelength, T::a1, nm);
    m.twilight_curve = interpolate(T::wavelength, T::a2, nm);
    m.twilight_dark = light(interpolate(T::wavelength, T::dark, nm) + ab);
    for (std::size_t i = 0; i <= kSteps; ++i) {
      const double up = static_cast<double>(i) / kSteps;
      const double through = diffuse_transmission(up, m.rayleigh, m.aerosol);
      m.up_airglow.push_back(static_cast<float>(m.airglow * van_rhijn(up) * through));
      m.up_zodiacal.push_back(static_cast<float>(m.zodiacal * through));
    }
    bands_.push_back(std::move(m));
  }
}

NightSky::Lights NightSky::lights(const BandModel& band, const NightSkyState& state) const {
  Lights out{};
  // The Moon's disc sets over its refracted diameter.
  const double risen = std::clamp(1.0 + state.moon.z / (0.8 * kDegree), 0.0, 1.0);
  if (risen > 0.0) {
    out.moon_airmass = scattering_airmass(std::max(state.moon.z, 0.0));
    out.moon = risen * light(moon_magnitude(state.moon_illumination, band.wavelength_nm)) *
               std::exp(-band.absorption * out.moon_airmass) / kArcsec2;
  }
  const double z = std::acos(std::clamp(state.sun.z, -1.0, 1.0)) / kDegree;
  const auto twilight = [&](double distance) {
    const double d = distance - 95.0;
    const double total =
        band.twilight_offset + band.twilight_slope * d + band.twilight_curve * d * d;
    return light(total) - band.twilight_dark;
  };
  // The measured totals are more twilight than dark sky up to 104 degrees; from there on it goes on
  // falling as it does over the last degree, and by day as at 95.
  constexpr double kLast = 104.0;
  if (z < 95.0) {
    out.twilight =
        light(std::max(band.twilight_offset + band.twilight_slope * (z - 95.0), kDaylight));
  } else if (z < kLast) {
    out.twilight = twilight(z);
  } else {
    const double last = twilight(kLast);
    out.twilight = last * std::pow(last / twilight(kLast - 1.0), z - kLast);
  }
  return out;
}

double NightSky::magnitude(std::size_t band, const SkyPoint& point,
                           const NightSkyState& state) const {
  const BandModel& m = bands_.at(band);
  const Lights from = lights(m, state);
  const sphere::UnitVector& d = point.horizon;
  const double up = std::clamp(d.z, 0.0, 1.0);
  const double through = diffuse_transmission(up, m.rayleigh, m.aerosol);
  double sum =
      m.airglow * van_rhijn(up) * through +
      m.zodiacal * through * zodiacal_light(point.ecliptic_latitude, point.longitude_from_sun);
  const double cosine = std::clamp(sphere::dot(d, state.moon), -1.0, 1.0);
  const double depth = m.rayleigh + m.aerosol;
  sum += from.moon * scattered_share(scattering_airmass(up), from.moon_airmass, depth) *
         (m.wide_c0 + m.wide_c2 * cosine * cosine +
          m.aerosol / depth * measured_moonlight().lobe(std::sqrt(0.5 * (1.0 - cosine))));
  const double level = std::hypot(state.sun.x, state.sun.y);
  const double towards_sun = level > 0.0 ? (d.x * state.sun.x + d.y * state.sun.y) / level : 0.0;
  sum += from.twilight * std::exp(kTwilightGradient * towards_sun);
  return std::max(-2.5 * std::log10(sum * kUnit), kDaylight);
}

void NightSky::magnitudes(std::size_t band, const SkyDirections& directions,
                          const NightSkyState& state, std::span<float> out) const {
  assert(out.size() == directions.up.size());
  const BandModel& m = bands_.at(band);
  const Lights from = lights(m, state);
  const double depth = m.rayleigh + m.aerosol;
  const KrisciunasSchaefer& ks = measured_moonlight();
  const double aerosol = from.moon * m.aerosol / depth;
  const auto c0 = static_cast<float>(from.moon * m.wide_c0);
  const auto c2 = static_cast<float>(from.moon * m.wide_c2);
  // The lobe beyond the aureole from a table, the aureole as it is.
  static const std::vector<float> lobe_table = [] {
    std::vector<float> t(kPhaseSteps + 1);
    for (std::size_t i = 0; i <= kPhaseSteps; ++i) {
      const double s = static_cast<double>(i) / kPhaseSteps;
      t[i] = static_cast<float>(measured_moonlight().wide_lobe(s));
    }
    return t;
  }();
  const auto lobe = static_cast<float>(aerosol);
  const auto aureole = static_cast<float>(aerosol * ks.aureole(1.0));
  constexpr auto kInner =
      static_cast<float>(KrisciunasSchaefer::kInnerHalfSine * KrisciunasSchaefer::kInnerHalfSine);
  const auto mx = static_cast<float>(state.moon.x);
  const auto my = static_cast<float>(state.moon.y);
  const auto mz = static_cast<float>(state.moon.z);
  const double level = std::hypot(state.sun.x, state.sun.y);
  const double turn = level > 0.0 ? kTwilightGradient / level : 0.0;
  const auto sx = static_cast<float>(turn * state.sun.x);
  const auto sy = static_cast<float>(turn * state.sun.y);
  const auto twilight = static_cast<float>(from.twilight);
  // Below a thousandth of the darkest sky twilight is not worth an exponential.
  const bool is_twilight = from.twilight > 1e-3 * m.airglow;
  const bool is_moon = from.moon > 0.0;
  std::vector<float> up_scatter;
  if (is_moon) {
    up_scatter.resize(kSteps + 1);
    for (std::size_t i = 0; i <= kSteps; ++i)
      up_scatter[i] = static_cast<float>(scattered_share(
          scattering_airmass(static_cast<double>(i) / kSteps), from.moon_airmass, depth));
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    const float up = std::clamp(directions.up[i], 0.0F, 1.0F);
    float sum = table_at(m.up_airglow, up) + directions.zodiacal[i] * table_at(m.up_zodiacal, up);
    if (is_moon) {
      const float cosine =
          directions.north[i] * mx + directions.east[i] * my + directions.up[i] * mz;
      const float half = std::clamp(0.5F * (1.0F - cosine), kInner, 1.0F);
      const float x = std::sqrt(half) * static_cast<float>(kPhaseSteps);
      const auto k = std::min(static_cast<int>(x), static_cast<int>(kPhaseSteps) - 1);
      const float* t = lobe_table.data() + k;
      const float forward =
          std::max(lobe * (t[0] + (x - static_cast<float>(k)) * (t[1] - t[0])), aureole / half);
      sum += table_at(up_scatter, up) * (c0 + c2 * cosine * cosine + forward);
    }
    if (is_twilight) sum += twilight * std::exp(directions.north[i] * sx + directions.east[i] * sy);
    // 22.5 = -2.5 lg(kUnit)
    out[i] = std::max(22.5F - 2.5F * std::log10(sum), static_cast<float>(kDaylight));
  }
}

void NightSky::magnitudes(std::size_t band, const NightSkyState& state,
                          std::span<const float> altitude, std::span<const float> azimuth,
                          std::span<const float> ecliptic_latitude,
                          std::span<const float> longitude_from_sun, std::span<float> out) const {
  magnitudes(band, sky_directions(altitude, azimuth, ecliptic_latitude, longitude_from_sun), state,
             out);
}

}  // namespace skywright::sky
