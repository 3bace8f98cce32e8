#include <algorithm>
#include <cmath>
#include <numbers>

#include "skywright/base/random_stream.h"
#include "skywright/imagesim/detail/exposure_parts.h"

namespace skywright::imagesim::detail {
namespace {

constexpr double kZeroFluxMagnitude = 31.4;  ///< AB magnitude of 1 nJy

/// How far outside the detector an object still sends light onto it [pixel].
double margin(double electrons, double radius) {
  return 20.0 + 8.0 * radius + (electrons > 1e5 ? 100.0 : 0.0);
}

}  // namespace

Placement place_objects(const instrument::Detector& detector, const instrument::VisitInfo& visit,
                        const sky::SkyObjects& objects, const wcs::Wcs& wcs, double zero_point) {
  const std::size_t n = objects.size();
  std::vector<double> x(n);
  std::vector<double> y(n);
  wcs.sky_to_pixels(objects.ra, objects.dec, x, y);
  // North and east on the pixel grid at the detector's centre: the field is small, so that one
  // matrix serves the orientation of all.
  const image::PixelPosition centre{0.5 * (detector.width - 1), 0.5 * (detector.height - 1)};
  const auto jacobian = wcs.jacobian(centre);  // d(xi, eta) / d(x, y) [deg/pixel]
  const double determinant = jacobian[0] * jacobian[3] - jacobian[1] * jacobian[2];
  const double scale = std::sqrt(std::abs(determinant)) * 3600.0;  // [arcsec/pixel]
  Placement out;
  for (std::size_t i = 0; i < n; ++i) {
    if (!std::isfinite(x[i]) || !std::isfinite(y[i])) continue;
    const double flux = static_cast<double>(objects.flux[i]);
    const double electrons = flux * std::pow(10.0, 0.4 * (zero_point - kZeroFluxMagnitude));
    const double radius =
        static_cast<double>(std::max(objects.radius[i], objects.bulge_radius[i])) / scale;
    const double reach = margin(electrons, radius);
    if (x[i] < -reach || x[i] > detector.width - 1 + reach || y[i] < -reach ||
        y[i] > detector.height - 1 + reach || !(electrons > 0.0))
      continue;
    PlacedObject p{.x = x[i], .y = y[i], .electrons = electrons};
    p.radius = static_cast<double>(objects.radius[i]) / scale;
    p.bulge_radius = static_cast<double>(objects.bulge_radius[i]) / scale;
    p.bulge_fraction = static_cast<double>(objects.bulge_fraction[i]);
    p.axis_ratio = static_cast<double>(objects.axis_ratio[i]);
    // A direction of position angle pa is (sin pa, cos pa) in (xi, eta).
    const double pa = static_cast<double>(objects.position_angle[i]) * std::numbers::pi / 180.0;
    const auto on_pixels = [&](double xi, double eta) {
      return std::pair{(jacobian[3] * xi - jacobian[1] * eta) / determinant,
                       (-jacobian[2] * xi + jacobian[0] * eta) / determinant};
    };
    const auto [dx, dy] = on_pixels(std::sin(pa), std::cos(pa));
    p.angle = std::atan2(dy, dx);
    const auto [tx, ty] = on_pixels(static_cast<double>(objects.rate_ra[i]) / 3600.0,
                                    static_cast<double>(objects.rate_dec[i]) / 3600.0);
    p.trail_x = tx * visit.exposure_s;
    p.trail_y = ty * visit.exposure_s;
    out.placed.push_back(p);
    out.index.push_back(i);
  }
  return out;
}

wcs::Wcs true_wcs(const instrument::Instrument& instrument, const instrument::Detector& detector,
                  const instrument::VisitInfo& visit, const ImageSimConfig& config,
                  std::uint64_t seed) {
  auto pointing = RandomStream::for_unit(seed, {visit.visit}, "pointing_error");
  const double east = config.pointing_error_arcsec * pointing.normal();
  const double north = config.pointing_error_arcsec * pointing.normal();
  const double turn = config.rotation_error_deg * pointing.normal();
  const sphere::SkyPosition boresight =
      sphere::offset(visit.boresight, sphere::Angle::from_radians(std::atan2(east, north)),
                     sphere::Angle::from_arcsec(std::hypot(east, north)));
  const wcs::Wcs design = instrument::predicted_wcs(
      instrument, detector, boresight, visit.rotation + sphere::Angle::from_degrees(turn));
  wcs::Sip sip = design.sip() != nullptr ? *design.sip() : wcs::Sip{};
  if (sip.order < 2) {
    sip.order = 2;
    sip.a.assign(9, 0.0);
    sip.b.assign(9, 0.0);
  }
  // Quadratic terms that reach the configured size at half the detector's width.
  auto random = RandomStream::for_unit(seed, {visit.visit, detector.id}, "distortion_error");
  const double half = 0.5 * std::max(detector.width, detector.height);
  const auto n = static_cast<std::size_t>(sip.order + 1);
  for (const auto& [p, q] : {std::pair<std::size_t, std::size_t>{2, 0}, {1, 1}, {0, 2}}) {
    const double unit = config.distortion_error_pixel / (half * half);
    sip.a[p * n + q] += unit * random.normal();
    sip.b[p * n + q] += unit * random.normal();
  }
  sip.inverse_order = 0;  // the inverse is Newton's, exact; the design's guess no longer fits
  sip.ap.clear();
  sip.bp.clear();
  return wcs::Wcs(design.linear(), sip);
}

}  // namespace skywright::imagesim::detail
