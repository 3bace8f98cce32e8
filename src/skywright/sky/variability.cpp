#include "skywright/sky/variability.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace skywright::sky {
namespace {

constexpr double kTwoPi = 2.0 * std::numbers::pi;

/// Amplitudes of pulsation by band relative to V: an assumption, as are all periods, depths and
/// shapes of stars here.
constexpr Magnitudes kPulsation = {1.05, 1.20, 0.85, 0.68, 0.62, 0.58};

double fraction(double v) { return v - std::floor(v); }

/// A sawtooth with a steep rise, mean zero, from -0.5 (brightest) to 0.5.
double sawtooth(double phase) {
  constexpr double kRise = 0.15;
  return phase < 1.0 - kRise ? -0.5 + phase / (1.0 - kRise) : 0.5 - (phase - (1.0 - kRise)) / kRise;
}

double eclipse(double phase, double width) {
  const double d = std::min(phase, 1.0 - phase) / width;
  return d < 1.0 ? 1.0 - d * d : 0.0;
}

}  // namespace

Magnitudes star_variation(RandomStream random, double mjd) {
  const double kind = random.uniform();
  const double a = random.uniform();
  const double b = random.uniform();
  const double phase0 = random.uniform();
  Magnitudes out{};
  if (kind < 0.25) {
    const double period = 0.3 + 0.5 * a;
    const double amplitude = 0.4 + 0.8 * b;
    const double s = sawtooth(fraction(mjd / period + phase0));
    for (std::size_t k = 0; k < kBands; ++k) out[k] = amplitude * kPulsation[k] * s;
  } else if (kind < 0.75) {
    const double period = 0.3 * std::pow(30.0, a);
    const double width = 0.04 + 0.10 * (1.0 - a);
    const double depth = 0.2 + 0.6 * b;
    const double phase = fraction(mjd / period + phase0);
    // The mean lies below the level between eclipses: a parabola of this width holds 4/3 of it.
    const double mean = depth * 1.4 * width * 4.0 / 3.0;
    out.fill(depth * eclipse(phase, width) + 0.4 * depth * eclipse(fraction(phase + 0.5), width) -
             mean);
  } else {
    const double period = 20.0 * std::pow(15.0, a);
    const double amplitude = 0.15 + 0.6 * b;
    const double s = std::sin(kTwoPi * (mjd / period + phase0));
    for (std::size_t k = 0; k < kBands; ++k) out[k] = amplitude * kPulsation[k] * s;
  }
  return out;
}

Magnitudes nucleus_variation(RandomStream random, double mjd) {
  const double deviation = 0.14 * std::exp(0.3 * random.normal());  // SF_inf / sqrt(2)
  const double tau = 200.0 * std::exp(0.5 * random.normal());       // [d]
  // Spectrum ~ 1 / (1 + (2 pi f tau)^2), cut into bands equal in log f from 1/30 yr to 1/d.
  constexpr int kModes = 32;
  constexpr double kLowest = 1.0 / 11000.0;
  const double step = std::log(1.0 / kLowest) / kModes;
  double power = 0.0;
  double sum = 0.0;
  for (int k = 0; k < kModes; ++k) {
    const double f = kLowest * std::exp((k + random.uniform()) * step);
    const double p = f / (1.0 + std::pow(kTwoPi * f * tau, 2.0));
    power += 0.5 * p;
    sum += std::sqrt(p) * std::sin(kTwoPi * (f * mjd + random.uniform()));
  }
  const double r = deviation * sum / std::sqrt(power);
  Magnitudes out{};
  // Bluer bands vary more, as the wavelength to -0.48 (MacLeod et al. 2010, eq. 7).
  for (std::size_t k = 0; k < kBands; ++k)
    out[k] = r * std::pow(kBandWavelengths[k] / kBandWavelengths[2], -0.48);
  return out;
}

}  // namespace skywright::sky
