// wcslib, the reference implementation by the authors of the FITS WCS papers, as oracle.
#include "skywright/wcs/detail/wcslib_oracle.h"

#include <cmath>

#include <gtest/gtest.h>

#include "skywright/base/random_stream.h"
#include "skywright/wcs/wcs.h"

namespace skywright::wcs {
namespace {

using detail::Oracle;

/// Both ways, at random places: within 1e-6 pixel, the promise of wcs.h.
void expect_agreement(const Linear& linear, const Sip* sip, const Tpv* tpv, double half_width) {
  Oracle oracle(linear, sip, tpv);
  const Wcs wcs = sip != nullptr   ? Wcs(linear, *sip)
                  : tpv != nullptr ? Wcs(linear, *tpv)
                                   : Wcs(linear);
  auto random = RandomStream::for_unit(
      5, {static_cast<std::int64_t>(linear.reference_sky.dec.degrees() * 1e6)}, "oracle");
  const double scale =
      std::sqrt(std::abs(linear.cd[0] * linear.cd[3] - linear.cd[1] * linear.cd[2]));
  for (int i = 0; i < 500; ++i) {
    const PixelPosition pixel{linear.reference_pixel.x + random.uniform(-half_width, half_width),
                              linear.reference_pixel.y + random.uniform(-half_width, half_width)};
    const SkyPosition expected = oracle.sky_at(pixel);
    const SkyPosition found = wcs.sky_at(pixel);
    ASSERT_LT(sphere::separation(expected, found).degrees() / scale, 1e-6);
    double ra = 0.0, dec = 0.0, x = 0.0, y = 0.0;
    wcs.pixels_to_sky({&pixel.x, 1}, {&pixel.y, 1}, {&ra, 1}, {&dec, 1});
    wcs.sky_to_pixels({&ra, 1}, {&dec, 1}, {&x, 1}, {&y, 1});
    const PixelPosition back = oracle.pixel_at(ra, dec);
    ASSERT_NEAR(x, back.x, 1e-6);
    ASSERT_NEAR(y, back.y, 1e-6);
  }
}

Linear linear_at(double ra, double dec, double arcsec, double turn) {
  const double s = arcsec / 3600.0;
  return {{1023.5, 77.25},
          SkyPosition::from_degrees(ra, dec),
          {-s * std::cos(turn), s * std::sin(turn), 1.1 * s * std::sin(turn),
           1.1 * s * std::cos(turn)}};
}

const std::vector<Linear>& linears() {
  static const std::vector<Linear> all = {
      linear_at(0.0, 0.0, 0.2, 0.0),    linear_at(359.999, 5.0, 0.2, 1.0),
      linear_at(53.0, -28.1, 0.05, 2.), linear_at(180.0, 89.999, 0.2, -1.3),
      linear_at(12.0, 90.0, 1.0, 0.4),  linear_at(300.0, -90.0, 0.263, 3.1),
      linear_at(10.0, -89.9, 3.0, 5.0), linear_at(201.3, 47.2, 20.0, 0.7)};
  return all;
}

TEST(WcslibOracle, TanAgrees) {
  for (const Linear& linear : linears()) expect_agreement(linear, nullptr, nullptr, 6000.0);
}

TEST(WcslibOracle, TanAgreesOverHalfTheSky) {
  // 0.2 degree a pixel and 260 pixels: 46 degrees and, in the corners, 55 from the tangent point.
  expect_agreement(linear_at(120.0, -75.0, 720.0, 4.0), nullptr, nullptr, 260.0);
  expect_agreement(linear_at(30.0, 40.0, 720.0, 0.3), nullptr, nullptr, 260.0);
}

TEST(WcslibOracle, SipOfEveryOrderAgrees) {
  for (int order = 2; order <= 9; ++order) {
    Sip sip;
    sip.order = order;
    const auto n = static_cast<std::size_t>((order + 1) * (order + 1));
    sip.a.assign(n, 0.0);
    sip.b.assign(n, 0.0);
    auto random = RandomStream::for_unit(6, {order}, "sip");
    for (int p = 0; p <= order; ++p) {
      for (int q = 0; p + q <= order; ++q) {
        if (p + q < 2) continue;
        const auto k = static_cast<std::size_t>(p * (order + 1) + q);
        sip.a[k] = 0.003 * random.normal() * std::pow(4000.0, 1 - p - q);
        sip.b[k] = 0.003 * random.normal() * std::pow(4000.0, 1 - p - q);
      }
    }
    for (const Linear& linear : linears()) expect_agreement(linear, &sip, nullptr, 4000.0);
  }
}

TEST(WcslibOracle, TpvAgreesWithAllItsTerms) {
  for (const double size : {1e-3, 5e-3}) {
    Tpv tpv;
    auto random = RandomStream::for_unit(6, {1}, "tpv");
    for (std::size_t k = 0; k < 40; ++k) {
      tpv.pv1[k] = size * random.normal();
      tpv.pv2[k] = size * random.normal();
    }
    tpv.pv1[1] += 1.0;
    tpv.pv2[1] += 1.0;
    for (const Linear& linear : linears()) {
      const double degree_a_pixel = std::abs(linear.cd[0]) + std::abs(linear.cd[1]);
      expect_agreement(linear, nullptr, &tpv, std::min(6000.0, 0.8 / degree_a_pixel));
    }
  }
}

}  // namespace
}  // namespace skywright::wcs
