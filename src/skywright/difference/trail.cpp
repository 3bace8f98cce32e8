#include "skywright/difference/trail.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace skywright::difference {
namespace {

/// Variance of a unit normal distribution cut at +-k.
double cut_variance(double k) {
  if (k < 1e-3) return k * k / 3.0;
  const double density = std::exp(-0.5 * k * k) / std::sqrt(2.0 * std::numbers::pi);
  return 1.0 - 2.0 * k * density / std::erf(k / std::numbers::sqrt2);
}

/// The k of a given variance, below one half.
double cut_of(double variance) {
  double low = 0.0;
  double high = 1.5;  // cut_variance(1.5) = 0.55
  for (int i = 0; i < 40; ++i) {
    const double middle = 0.5 * (low + high);
    (cut_variance(middle) < variance ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

double along(const psf::Moments& m, double angle) {
  const double c = std::cos(angle);
  const double s = std::sin(angle);
  return m.ixx * c * c + 2.0 * m.ixy * c * s + m.iyy * s * s;
}

}  // namespace

Trail trail_of(const psf::Moments& source, const psf::Moments& psf) {
  const double xx = source.ixx - psf.ixx;
  const double yy = source.iyy - psf.iyy;
  const double xy = source.ixy - psf.ixy;
  Trail out;
  out.angle = 0.5 * std::atan2(2.0 * xy, xx - yy);
  const double s2 = along(source, out.angle);
  const double p2 = along(psf, out.angle);
  if (!(s2 > p2) || !(p2 > 0.0)) return out;
  out.length = 2.0 * std::sqrt(s2 + p2) * cut_of((s2 - p2) / (2.0 * s2));
  return out;
}

}  // namespace skywright::difference
