#include "skywright/sky/supernovae.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace skywright::sky {
namespace {

double temperature(double rest_phase) {
  return 5000.0 + 6500.0 * std::exp(-std::max(rest_phase + 5.0, -5.0) / 14.0);
}

/// Shape of the spectrum per unit frequency, without its scale.
double spectrum(double wavelength_nm, double t) {
  const double x = 1.438777e7 / (wavelength_nm * t);  // hc / (lambda k T)
  const double blanketing = 1.0 / (1.0 + std::pow(350.0 / wavelength_nm, 6.0));
  return blanketing / (std::pow(wavelength_nm, 3.0) * std::expm1(std::min(x, 80.0)));
}

/// Bolometric light, 1 at the peak.
double light(double rest_phase) {
  if (rest_phase < 0.0) {
    const double t = 1.0 + rest_phase / kSupernovaRise;
    return t * t;
  }
  return 0.85 * std::exp(-rest_phase * rest_phase / (2.0 * 11.5 * 11.5)) +
         0.15 * std::exp(-rest_phase / 40.0);
}

/// Light in a rest-frame wavelength, with the total scaled to the black body's.
double rest_flux(double wavelength_nm, double rest_phase) {
  const double t = temperature(rest_phase);
  return light(rest_phase) * spectrum(wavelength_nm, t) / std::pow(t / 1e4, 4.0);
}

}  // namespace

double distance_modulus(double redshift) {
  constexpr int kSteps = 64;
  const double h = redshift / kSteps;
  const auto inverse_e = [](double z) {
    return 1.0 / std::sqrt(0.3 * std::pow(1.0 + z, 3.0) + 0.7);
  };
  double sum = 0.0;  // Simpson's rule
  for (int k = 0; k <= kSteps; ++k)
    sum += (k == 0 || k == kSteps ? 1.0 : (k % 2 == 1 ? 4.0 : 2.0)) * inverse_e(k * h);
  const double distance_mpc = 299792.458 / 70.0 * (1.0 + redshift) * sum * h / 3.0;
  return 5.0 * std::log10(std::max(distance_mpc, 1e-3) * 1e5);
}

Magnitudes supernova_magnitudes(double redshift, double phase) {
  Magnitudes out;
  const double rest = phase / (1.0 + redshift);
  if (rest <= -kSupernovaRise || rest >= kSupernovaFall) {
    out.fill(std::numeric_limits<double>::quiet_NaN());
    return out;
  }
  const double peak_b = rest_flux(440.0, 0.0);
  const double modulus = distance_modulus(redshift);
  for (std::size_t k = 0; k < kBands; ++k) {
    const double flux = rest_flux(kBandWavelengths[k] / (1.0 + redshift), rest);
    // B of Vega is -0.09 in AB (Blanton & Roweis 2007, AJ 133, 734, table 1); a spectrum per unit
    // frequency stretches by 1 + z.
    out[k] = -19.25 - 0.09 + modulus - 2.5 * std::log10(flux / peak_b * (1.0 + redshift));
  }
  return out;
}

}  // namespace skywright::sky
