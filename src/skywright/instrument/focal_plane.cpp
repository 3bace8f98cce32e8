#include "skywright/instrument/focal_plane.h"

#include <cmath>
#include <limits>
#include <numbers>

namespace skywright::instrument {
namespace {

/// R / f as a function of theta [rad], and its derivative.
struct Radius {
  double value;
  double slope;
};

Radius radius_over_f(const Telescope& t, double theta) {
  const double s = theta * theta;
  const double k = 1.0 + s * (t.distortion_k3 + s * t.distortion_k5);
  const double dk = theta * (2.0 * t.distortion_k3 + 4.0 * s * t.distortion_k5);
  const double tangent = std::tan(theta);
  return {tangent * k, (1.0 + tangent * tangent) * k + tangent * dk};
}

}  // namespace

double field_radius_mm(const Telescope& telescope, Angle theta) {
  return 1e3 * telescope.focal_length_m * radius_over_f(telescope, theta.radians()).value;
}

Angle field_angle(const Telescope& telescope, double radius_mm) {
  const double wanted = radius_mm / (1e3 * telescope.focal_length_m);
  double theta = std::atan(wanted);
  for (int i = 0; i < 30; ++i) {
    const Radius at = radius_over_f(telescope, theta);
    const double step = (wanted - at.value) / at.slope;
    theta += step;
    // Squared convergence: the next step would be below the rounding of a double.
    if (std::abs(step) <= 1e-12 * (1.0 + std::abs(theta))) {
      if (theta >= 0.0 && theta < std::numbers::pi / 2.0) return Angle::from_radians(theta);
      break;
    }
  }
  return Angle::from_radians(std::numeric_limits<double>::quiet_NaN());
}

sphere::SkyPosition sky_at(const Telescope& telescope, FocalPlanePosition at,
                           const sphere::SkyPosition& boresight, Angle rotation) {
  const double radius = std::hypot(at.x_mm, at.y_mm);
  if (radius == 0.0) return boresight;
  // +y lies at position angle q, +x at q + 270 degrees: an angle turned from +y to -x adds to q.
  const Angle from_y = Angle::from_radians(std::atan2(-at.x_mm, at.y_mm));
  return sphere::offset(boresight, rotation + from_y, field_angle(telescope, radius));
}

FocalPlanePosition focal_plane_at(const Telescope& telescope, const sphere::SkyPosition& sky,
                                  const sphere::SkyPosition& boresight, Angle rotation) {
  const Angle theta = sphere::separation(boresight, sky);
  if (theta.radians() == 0.0) return {};
  if (!(theta < Angle::from_degrees(90.0))) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    return {nan, nan};
  }
  const Angle from_y = sphere::position_angle(boresight, sky) - rotation;
  const double radius = field_radius_mm(telescope, theta);
  return {-radius * sin(from_y), radius * cos(from_y)};
}

FocalPlanePosition focal_plane_at(const Detector& detector, PixelPosition pixel) {
  const double pitch = detector.pixel_um * 1e-3;
  const double u = (pixel.x - (detector.width - 1) / 2.0) * pitch;
  const double v = (pixel.y - (detector.height - 1) / 2.0) * pitch;
  const double c = cos(detector.rotation);
  const double s = sin(detector.rotation);
  return {detector.x_mm + c * u - s * v, detector.y_mm + s * u + c * v};
}

PixelPosition pixel_at(const Detector& detector, FocalPlanePosition at) {
  const double pitch = detector.pixel_um * 1e-3;
  const double dx = at.x_mm - detector.x_mm;
  const double dy = at.y_mm - detector.y_mm;
  const double c = cos(detector.rotation);
  const double s = sin(detector.rotation);
  return {(c * dx + s * dy) / pitch + (detector.width - 1) / 2.0,
          (-s * dx + c * dy) / pitch + (detector.height - 1) / 2.0};
}

}  // namespace skywright::instrument
