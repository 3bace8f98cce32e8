/// Terms of the night sky that are plain functions of an angle or a wavelength, with their sources.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <span>

namespace skywright::sky::detail {

inline constexpr double kDegree = std::numbers::pi / 180.0;

/// Straight lines between the points, the ends held.
template <std::size_t N>
double interpolate(const std::array<double, N>& x, const std::array<double, N>& y, double at) {
  if (at <= x.front()) return y.front();
  for (std::size_t i = 1; i < N; ++i)
    if (at <= x[i]) return y[i - 1] + (y[i] - y[i - 1]) * (at - x[i - 1]) / (x[i] - x[i - 1]);
  return y.back();
}

/// AB magnitude of the Sun less that in V (Willmer 2018, ApJS 236, 47, table 3: LSST bands and
/// Johnson's B, V 4.81; between u and g the spectrum falls at 400 nm and not evenly).
inline double solar_colour(double wavelength_nm) {
  static constexpr std::array<double, 8> kWavelength = {372.4, 440.0, 480.7, 551.0,
                                                        622.1, 755.9, 868.0, 975.3};
  static constexpr std::array<double, 8> kColour = {1.46,  0.51,  0.25,  0.0,
                                                    -0.17, -0.29, -0.30, -0.31};
  return interpolate(kWavelength, kColour, wavelength_nm);
}

/// Optical depth of air: Hansen & Travis (1974, Space Sci. Rev. 16, 527), eq. 2.30, scaled by the
/// pressure of a standard atmosphere.
inline double rayleigh_depth(double wavelength_nm, double height_m) {
  const double l2 = 1.0 / (wavelength_nm * wavelength_nm * 1e-6);
  const double pressure = std::pow(1.0 - 2.25577e-5 * height_m, 5.25588);
  return 0.008569 * l2 * l2 * (1.0 + 0.0113 * l2 + 0.00013 * l2 * l2) * pressure;
}

/// Optical depth of aerosol over Cerro Paranal: Patat et al. (2011, A&A 527, A91),
/// k = 0.013 (wavelength / um)^-1.38 mag/airmass.
inline double aerosol_depth(double wavelength_nm) {
  return 0.013 * std::pow(wavelength_nm * 1e-3, -1.38) / 1.0857;
}

/// Way through a layer at 90 km relative to the zenith (van Rhijn 1921).
inline double van_rhijn(double up) {
  constexpr double kRatio = 6371.0 / (6371.0 + 90.0);
  return 1.0 / std::sqrt(1.0 - kRatio * kRatio * (1.0 - up * up));
}

/// Way through scattering air relative to the zenith (Krisciunas & Schaefer 1991, eq. 3), 5 at the
/// horizon.
inline double scattering_airmass(double up) {
  return 1.0 / std::sqrt(1.0 - 0.96 * (1.0 - up * up));
}

/// What reaches the ground of light from the whole sky: part of what is scattered out of the way is
/// made good by what is scattered in. Effective depths by Noll et al. (2012, A&A 543, A92), eqs. 17
/// and 18, for airglow; relative to the zenith.
inline double diffuse_transmission(double up, double rayleigh, double aerosol) {
  const double x = scattering_airmass(up);
  const double lg = std::log10(x);
  const auto depth = [&](double air) {
    return air * (rayleigh * (1.669 * lg - 0.146) + aerosol * (1.732 * lg - 0.318));
  };
  return std::exp(-depth(x) - 1.0 * (rayleigh * 0.146 + aerosol * 0.318));
}

/// Share of a source's light that is scattered out of its beam and reaches the ground along a line
/// of sight, before the phase function: light that is scattered high up has little air before and
/// all below it (single scattering in plane layers, as Winkler 2022, MNRAS 514, 208, takes it).
/// Krisciunas & Schaefer's eq. 15 dims the source by all of the air first, which in U loses a
/// third.
inline double scattered_share(double airmass, double source_airmass, double depth) {
  const double x = depth * (source_airmass - airmass);
  const double within = std::abs(x) < 1e-6 ? 1.0 : -std::expm1(-x) / x;
  return depth * airmass * std::exp(-depth * airmass) * within;
}

/// A phase function c0 + c2 cos^2 [1/sr].
struct WidePhase {
  double c0 = 0.0;
  double c2 = 0.0;
  [[nodiscard]] double at(double cosine) const { return c0 + c2 * cosine * cosine; }
};

/// Air's, with what several scatterings add to it (Noll et al. 2012, section 3.2: 1 + 2.2 depth).
inline WidePhase rayleigh_phase(double depth) {
  const double k = 3.0 / (16.0 * std::numbers::pi) * (1.0 + 2.2 * depth);
  return {k, k};
}

/// Moonlight as Krisciunas & Schaefer (1991) measured it in V from 2800 m on Mauna Kea. Their
/// forward lobe is taken to be aerosol's. What their wide term has beyond air's single scattering
/// is light that came from the ground or was scattered before: it is scattered on by air and
/// aerosol alike. (Given to aerosol alone, it shrinks to a third over Cerro Paranal.) Their
/// nanolamberts a foot-candle are made 1/sr.
struct KrisciunasSchaefer {
  static constexpr double kExtinction = 0.172;  ///< [mag/airmass]
  static constexpr double kOzone = 0.016;       ///< of it [mag/airmass]
  static constexpr double kPerUnit = 3.1831e-6 / 10.7639;
  WidePhase wide;           ///< beyond air's own, of all optical depth
  double lobe_scale = 0.0;  ///< of aerosol's optical depth

  KrisciunasSchaefer() {
    const double depth = (kExtinction - kOzone) / 1.0857;
    const double air = rayleigh_depth(550.0, 2800.0);
    // Their eq. 15 and scattered_share() agree at the zenith, source and line of sight.
    const double scale = kPerUnit * (1.0 - std::pow(10.0, -0.4 * kExtinction)) / depth;
    const WidePhase by_air = rayleigh_phase(air);
    const double f = std::pow(10.0, 5.36) * scale;  // their eq. 17
    wide = {1.06 * f - air / depth * by_air.c0, f - air / depth * by_air.c2};
    lobe_scale = scale * depth / (depth - air);
  }
  /// Forward lobe (their eqs. 18 and 19) by the sine of half the angle, constant within a quarter
  /// of a degree.
  [[nodiscard]] double lobe(double half_sine) const {
    return std::max(wide_lobe(half_sine), aureole(half_sine));
  }
  [[nodiscard]] double wide_lobe(double half_sine) const {
    const double degrees = 2.0 * std::asin(std::min(half_sine, 1.0)) / kDegree;
    return lobe_scale * std::pow(10.0, 6.15 - degrees / 40.0);
  }
  /// 6.2e7 / degrees^2, the angle as twice its half-angle's sine: within 0.2 % where it counts.
  [[nodiscard]] double aureole(double half_sine) const {
    const double s = std::max(half_sine, kInnerHalfSine);
    return lobe_scale * 6.2e7 * kDegree * kDegree / (4.0 * s * s);
  }
  static constexpr double kInnerHalfSine = 0.125 * kDegree;
};

/// Twilight at the zenith against the Sun's zenith distance z: a0 + a1 (z - 95) + a2 (z - 95)^2, 95
/// to 105 deg, Patat et al. (2006), table 2, U B V R I; and the dark sky of the same site (Patat
/// 2003, A&A 400, 1183) that those totals contain. Vega magnitudes, made AB by Blanton & Roweis
/// (2007, AJ 133, 734).
struct TwilightTable {
  static constexpr std::array<double, 5> wavelength = {365.0, 440.0, 551.0, 658.0, 806.0};
  static constexpr std::array<double, 5> ab = {0.79, -0.09, 0.02, 0.21, 0.45};
  static constexpr std::array<double, 5> a0 = {11.78, 11.84, 11.84, 11.40, 10.93};
  static constexpr std::array<double, 5> a1 = {1.376, 1.411, 1.518, 1.567, 1.470};
  static constexpr std::array<double, 5> a2 = {-0.039, -0.041, -0.057, -0.064, -0.062};
  static constexpr std::array<double, 5> dark = {22.28, 22.64, 21.61, 20.87, 19.71};
};

/// Towards the Sun's azimuth the twilight is brighter, away from it fainter: exp(0.93 s), s the
/// product of sine of zenith distance and cosine of azimuth from the Sun. The ratio of five at 30
/// degrees of altitude follows Koomen et al. (1952, J. Opt. Soc. Am. 42, 353), fig. 6, for the Sun
/// at -9 degrees.
inline constexpr double kTwilightGradient = 0.93;

}  // namespace skywright::sky::detail
