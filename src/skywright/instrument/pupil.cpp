#include "skywright/instrument/pupil.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

namespace skywright::instrument {
namespace {

constexpr double kPi = std::numbers::pi;

/// 2 J1(x) / x.
double airy_amplitude(double x) {
  return std::abs(x) < 1e-6 ? 1.0 : 2.0 * std::cyl_bessel_j(1.0, std::abs(x)) / std::abs(x);
}

std::complex<double> amplitude(const std::vector<PupilPart>& parts, double u, double v) {
  std::complex<double> sum = 0.0;
  for (const PupilPart& part : parts) {
    const double angle = std::atan2(part.y_m, part.x_m);
    const double along = u * std::cos(angle) + v * std::sin(angle);
    const double across = -u * std::sin(angle) + v * std::cos(angle);
    const double scaled = 2.0 * kPi * std::hypot(part.radial_m * along, part.tangential_m * across);
    const double area = part.transmission * kPi * part.radial_m * part.tangential_m;
    const double phase = -2.0 * kPi * (u * part.x_m + v * part.y_m);
    sum += area * airy_amplitude(scaled) * std::polar(1.0, phase);
  }
  return sum;
}

}  // namespace

std::vector<PupilPart> pupil_parts(const Telescope& t) {
  std::vector<PupilPart> parts;
  const double hole = t.obscuration * t.aperture_m / 2.0;
  if (t.segment_x_m.empty()) {
    parts.push_back({0.0, 0.0, t.aperture_m / 2.0, t.aperture_m / 2.0, 1.0});
  } else {
    const double r = t.segment_diameter_m / 2.0;
    const double depth =
        t.segment_radius_m > r
            ? t.segment_radius_m - std::sqrt(t.segment_radius_m * t.segment_radius_m - r * r)
            : 0.0;
    for (std::size_t i = 0; i < t.segment_x_m.size(); ++i) {
      const double tilt = t.segment_tilt_deg.empty() ? 0.0 : t.segment_tilt_deg[i] * kPi / 180.0;
      const double distance = std::hypot(t.segment_x_m[i], t.segment_y_m[i]);
      const double shrink = distance > 0.0 ? (distance - depth * std::sin(tilt)) / distance : 1.0;
      parts.push_back(
          {t.segment_x_m[i] * shrink, t.segment_y_m[i] * shrink, r * std::cos(tilt), r, 1.0});
    }
  }
  if (hole > 0.0) parts.push_back({0.0, 0.0, hole, hole, -1.0});
  return parts;
}

double pupil_area(const std::vector<PupilPart>& parts) {
  double area = 0.0;
  for (const PupilPart& part : parts)
    area += part.transmission * kPi * part.radial_m * part.tangential_m;
  return area;
}

double pupil_diameter(const std::vector<PupilPart>& parts) {
  double radius = 0.0;
  for (const PupilPart& part : parts)
    if (part.transmission > 0.0)
      radius = std::max(radius, std::hypot(part.x_m, part.y_m) + part.radial_m);
  return 2.0 * radius;
}

double pupil_intensity(const std::vector<PupilPart>& parts, double u, double v) {
  const double centre = pupil_area(parts);
  return std::norm(amplitude(parts, u, v)) / (centre * centre);
}

double pupil_fwhm(const std::vector<PupilPart>& parts, double reference_m) {
  constexpr int kDirections = 60;
  const double step = 0.01 / reference_m;
  double sum = 0.0;
  for (int i = 0; i < kDirections; ++i) {
    const double angle = kPi * (i + 0.5) / kDirections;
    const double c = std::cos(angle);
    const double s = std::sin(angle);
    const auto half = [&](double r) { return pupil_intensity(parts, r * c, r * s) - 0.5; };
    double low = 0.0;
    double high = step;
    while (half(high) > 0.0) {
      low = high;
      high += step;
    }
    for (int k = 0; k < 40; ++k) {
      const double middle = 0.5 * (low + high);
      (half(middle) > 0.0 ? low : high) = middle;
    }
    sum += 2.0 * low * reference_m;
  }
  return sum / kDirections;
}

}  // namespace skywright::instrument
