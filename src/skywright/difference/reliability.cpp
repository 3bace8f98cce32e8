#include "skywright/difference/reliability.h"

#include <algorithm>
#include <cmath>

namespace skywright::difference {
namespace {

/// 1 well below `middle`, 1/2 at it, 0 well above.
double falls(double value, double middle, double width) {
  return 1.0 / (1.0 + std::exp((value - middle) / width));
}

}  // namespace

void describe(Fields& f, ReliabilityConfig& c) {
  f.number("psf_error", c.psf_error, "error of the PSF model [part of a source's flux]",
           {.low = 0, .high = 1});
  f.number("match_error", c.match_error,
           "error of the matched reference [part of the flux beneath]", {.low = 0, .high = 1});
}

double reliability(const ReliabilityFeatures& s, const ReliabilityConfig& config) {
  const double expected_chi2 = 1.0 + std::pow(config.psf_error * s.snr, 2);
  double out = falls(s.reduced_chi2 / expected_chi2, 2.5, 0.4);
  if (std::isfinite(s.size_ratio)) {
    // Sizes scatter by about 2 / snr; a faint source is given that room.
    const double room = 2.0 / std::max(1.0, s.snr);
    out *= falls(s.size_ratio, 2.2 + room, 0.2) * falls(-s.size_ratio, -0.35 + 0.5 * room, 0.06);
  } else {
    out *= 0.7;
  }
  out *= falls(s.opposite_fraction, 0.35, 0.06);
  const double model = config.match_error * std::max(0.0, s.flux_beneath);
  out *= falls(-std::abs(s.flux) / std::hypot(s.flux_err, model), -3.5, 0.4);
  if (s.dipole) out *= 0.1;
  if (s.defect_center) out *= 0.1;
  if (s.defect_near) out *= 0.7;
  return std::clamp(out, 0.0, 1.0);
}

}  // namespace skywright::difference
