#include "skywright/wcs/wcs.h"

#include <cassert>
#include <cmath>
#include <numbers>
#include <utility>

#include "skywright/wcs/detail/mapping.h"

namespace skywright::wcs {

Wcs::Wcs(const Linear& linear)
    : linear_(linear),
      mapping_(std::make_shared<const detail::Mapping>(
          detail::make_mapping(linear_, nullptr, nullptr))) {}

Wcs::Wcs(const Linear& linear, Sip sip)
    : linear_(linear),
      sip_(std::move(sip)),
      has_sip_(true),
      mapping_(
          std::make_shared<const detail::Mapping>(detail::make_mapping(linear_, &sip_, nullptr))) {}

Wcs::Wcs(const Linear& linear, const Tpv& tpv)
    : linear_(linear),
      tpv_(tpv),
      has_tpv_(true),
      mapping_(
          std::make_shared<const detail::Mapping>(detail::make_mapping(linear_, nullptr, &tpv_))) {}

SkyPosition Wcs::sky_at(PixelPosition pixel) const {
  double ra = 0.0;
  double dec = 0.0;
  detail::pixels_to_sky(*mapping_, {&pixel.x, 1}, {&pixel.y, 1}, {&ra, 1}, {&dec, 1});
  return SkyPosition::from_degrees(ra, dec);
}

PixelPosition Wcs::pixel_at(const SkyPosition& sky) const {
  const double ra = sky.ra.degrees();
  const double dec = sky.dec.degrees();
  PixelPosition pixel;
  detail::sky_to_pixels(*mapping_, {&ra, 1}, {&dec, 1}, {&pixel.x, 1}, {&pixel.y, 1});
  return pixel;
}

void Wcs::pixels_to_sky(std::span<const double> x, std::span<const double> y, std::span<double> ra,
                        std::span<double> dec) const {
  assert(x.size() == y.size() && x.size() == ra.size() && x.size() == dec.size());
  detail::pixels_to_sky(*mapping_, x, y, ra, dec);
}

void Wcs::sky_to_pixels(std::span<const double> ra, std::span<const double> dec,
                        std::span<double> x, std::span<double> y) const {
  assert(ra.size() == dec.size() && ra.size() == x.size() && ra.size() == y.size());
  detail::sky_to_pixels(*mapping_, ra, dec, x, y);
}

std::array<double, 4> Wcs::jacobian(PixelPosition at) const {
  constexpr double kDegree = std::numbers::pi / 180.0;
  const detail::PlaneJet jet = detail::plane_jet(*mapping_, at);
  const double xi = jet.xi * kDegree;
  const double eta = jet.eta * kDegree;
  // V = (forward, xi, up) points at the sky; its derivative, divided by |V| and seen along east and
  // north at V, is that of gnomonic coordinates about V.
  const double forward = mapping_->cos_dec0 - eta * mapping_->sin_dec0;
  const double up = mapping_->sin_dec0 + eta * mapping_->cos_dec0;
  const double level = std::hypot(forward, xi);
  const double length = std::hypot(level, up);
  const double cos_a = level > 0.0 ? forward / level : 1.0;
  const double sin_a = level > 0.0 ? xi / level : 0.0;
  const double sin_d = up / length;
  const double cos_d = level / length;
  std::array<double, 4> out{};
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const double dxi = jet.derivative[axis];
    const double deta = jet.derivative[2 + axis];
    const double dx = -deta * mapping_->sin_dec0;
    const double dz = deta * mapping_->cos_dec0;
    out[axis] = (-sin_a * dx + cos_a * dxi) / length;
    out[2 + axis] = (-sin_d * (cos_a * dx + sin_a * dxi) + cos_d * dz) / length;
  }
  return out;
}

Angle Wcs::pixel_scale(PixelPosition at) const {
  const auto j = jacobian(at);
  return Angle::from_degrees(std::sqrt(std::abs(j[0] * j[3] - j[1] * j[2])));
}

Wcs Wcs::shifted(int x0, int y0) const {
  Linear moved = linear_;
  moved.reference_pixel.x -= x0;
  moved.reference_pixel.y -= y0;
  if (has_sip_) return {moved, sip_};
  if (has_tpv_) return {moved, tpv_};
  return Wcs(moved);
}

}  // namespace skywright::wcs
