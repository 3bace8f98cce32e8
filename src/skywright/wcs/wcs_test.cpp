#include "skywright/wcs/wcs.h"

#include <cmath>
#include <thread>

#include <gtest/gtest.h>

#include "skywright/base/error.h"
#include "skywright/base/random_stream.h"

namespace skywright::wcs {
namespace {

Linear lsst_like(double ra, double dec) {
  const double scale = 0.2 / 3600.0, turn = 0.6;
  return {{2035.5, 1999.25},
          SkyPosition::from_degrees(ra, dec),
          {-scale * std::cos(turn), scale * std::sin(turn), scale * std::sin(turn),
           scale * std::cos(turn)}};
}

Sip some_sip(int order, double size) {
  Sip sip;
  sip.order = order;
  const auto n = static_cast<std::size_t>((order + 1) * (order + 1));
  sip.a.assign(n, 0.0);
  sip.b.assign(n, 0.0);
  auto random = RandomStream::for_unit(7, {order}, "sip");
  for (int p = 0; p <= order; ++p) {
    for (int q = 0; p + q <= order; ++q) {
      if (p + q < 2) continue;
      const auto k = static_cast<std::size_t>(p * (order + 1) + q);
      sip.a[k] = size * random.normal() * std::pow(4000.0, 1 - p - q);
      sip.b[k] = size * random.normal() * std::pow(4000.0, 1 - p - q);
    }
  }
  return sip;
}

Tpv some_tpv() {
  Tpv tpv;
  auto random = RandomStream::for_unit(8, {1}, "tpv");
  for (std::size_t k = 0; k < 40; ++k) {
    tpv.pv1[k] = 0.003 * random.normal();
    tpv.pv2[k] = 0.003 * random.normal();
  }
  tpv.pv1[1] += 1.0;
  tpv.pv2[1] += 1.0;
  return tpv;
}

struct Points {
  std::vector<double> x, y;
};

Points random_pixels(std::size_t n, double low, double high) {
  auto random = RandomStream::for_unit(9, {static_cast<std::int64_t>(n)}, "pixels");
  Points p;
  for (std::size_t i = 0; i < n; ++i) {
    p.x.push_back(random.uniform(low, high));
    p.y.push_back(random.uniform(low, high));
  }
  return p;
}

void expect_round_trip(const Wcs& wcs, const Points& p) {
  const std::size_t n = p.x.size();
  std::vector<double> ra(n), dec(n), x(n), y(n);
  wcs.pixels_to_sky(p.x, p.y, ra, dec);
  wcs.sky_to_pixels(ra, dec, x, y);
  for (std::size_t i = 0; i < n; ++i) {
    ASSERT_GE(ra[i], 0.0);
    ASSERT_LT(ra[i], 360.0);
    ASSERT_NEAR(x[i], p.x[i], 1e-8);
    ASSERT_NEAR(y[i], p.y[i], 1e-8);
  }
}

TEST(Wcs, RoundTripsEverywhereOnTheSky) {
  const Points p = random_pixels(2003, -3000.0, 8000.0);
  for (const double dec : {-90.0, -89.99, -45.0, 0.0, 30.0, 89.9, 90.0}) {
    for (const double ra : {0.0, 1e-5, 123.0, 359.9999}) {
      const Linear linear = lsst_like(ra, dec);
      expect_round_trip(Wcs(linear), p);
      expect_round_trip(Wcs(linear, some_sip(3, 0.003)), p);
      expect_round_trip(Wcs(linear, some_tpv()), p);
    }
  }
}

TEST(Wcs, OnePointAndManyGiveTheSameBits) {
  const Points p = random_pixels(61, 0.0, 4000.0);
  for (const Wcs& wcs :
       {Wcs(lsst_like(40.0, -30.0)), Wcs(lsst_like(40.0, -30.0), some_sip(5, 0.002)),
        Wcs(lsst_like(40.0, -30.0), some_tpv())}) {
    std::vector<double> ra(61), dec(61), x(61), y(61);
    wcs.pixels_to_sky(p.x, p.y, ra, dec);
    wcs.sky_to_pixels(ra, dec, x, y);
    for (std::size_t i = 0; i < 61; ++i) {
      double one_ra = 0, one_dec = 0, one_x = 0, one_y = 0;
      wcs.pixels_to_sky({&p.x[i], 1}, {&p.y[i], 1}, {&one_ra, 1}, {&one_dec, 1});
      wcs.sky_to_pixels({&ra[i], 1}, {&dec[i], 1}, {&one_x, 1}, {&one_y, 1});
      ASSERT_EQ(one_ra, ra[i]);
      ASSERT_EQ(one_dec, dec[i]);
      ASSERT_EQ(one_x, x[i]);
      ASSERT_EQ(one_y, y[i]);
    }
  }
}

TEST(Wcs, ManyThreadsShareOneValue) {
  const Wcs wcs(lsst_like(200.0, -60.0), some_sip(4, 0.003));
  const Points p = random_pixels(5000, 0.0, 4000.0);
  const std::size_t n = p.x.size();
  std::vector<double> ra(n), dec(n), x(n), y(n);
  wcs.pixels_to_sky(p.x, p.y, ra, dec);
  wcs.sky_to_pixels(ra, dec, x, y);
  std::vector<int> wrong(16, 0);
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < wrong.size(); ++t) {
      threads.emplace_back([&, t] {
        std::vector<double> ra2(n), dec2(n), x2(n), y2(n);
        wcs.pixels_to_sky(p.x, p.y, ra2, dec2);
        wcs.sky_to_pixels(ra2, dec2, x2, y2);
        wrong[t] = ra2 != ra || dec2 != dec || x2 != x || y2 != y;
      });
    }
  }
  for (const int w : wrong) EXPECT_EQ(w, 0);
}

TEST(Wcs, TheFarHemisphereHasNoPixel) {
  const Wcs wcs(lsst_like(40.0, -30.0));
  EXPECT_TRUE(std::isnan(wcs.pixel_at(SkyPosition::from_degrees(220.0, 30.0)).x));
  EXPECT_TRUE(std::isnan(wcs.pixel_at(SkyPosition::from_degrees(130.1, 0.0)).y));
  EXPECT_FALSE(std::isnan(wcs.pixel_at(SkyPosition::from_degrees(129.0, 0.0)).x));
}

TEST(Wcs, AFoldingDistortionHasNoPixelBeyondItsFold) {
  // u - u^3 / 3 r^2 turns back at u = r: F reaches 2/3 r there. A star beyond must not appear
  // inside.
  const double r = 5000.0;
  Sip sip;
  sip.order = 3;
  sip.a.assign(16, 0.0);
  sip.b.assign(16, 0.0);
  const double c = -1.0 / (3.0 * r * r);
  sip.a[3 * 4 + 0] = c;  // u^3
  sip.a[1 * 4 + 2] = c;  // u v^2
  sip.b[0 * 4 + 3] = c;
  sip.b[2 * 4 + 1] = c;
  const Linear linear = lsst_like(40.0, 0.0);
  const Wcs folded(linear, sip);
  const Wcs plain(linear);
  for (const double direction : {0.0, 1.0, 2.5, 4.0}) {
    for (const double reach : {0.1, 0.6}) {
      const PixelPosition at{linear.reference_pixel.x + reach * r * std::cos(direction),
                             linear.reference_pixel.y + reach * r * std::sin(direction)};
      EXPECT_TRUE(std::isfinite(folded.pixel_at(plain.sky_at(at)).x)) << reach;
    }
    for (const double reach : {0.7, 2.0, 30.0}) {
      const PixelPosition at{linear.reference_pixel.x + reach * r * std::cos(direction),
                             linear.reference_pixel.y + reach * r * std::sin(direction)};
      EXPECT_TRUE(std::isnan(folded.pixel_at(plain.sky_at(at)).x)) << reach;
    }
  }
}

TEST(Wcs, JacobianIsTheDerivativeOfTheSky) {
  for (const Wcs& wcs : {Wcs(lsst_like(10.0, 80.0)), Wcs(lsst_like(10.0, 80.0), some_sip(4, 0.01)),
                         Wcs(lsst_like(10.0, 80.0), some_tpv())}) {
    const PixelPosition at{300.0, 3500.0};
    const auto j = wcs.jacobian(at);
    const SkyPosition here = wcs.sky_at(at);
    const Wcs about(Linear{{0.0, 0.0}, here, {1.0, 0.0, 0.0, 1.0}});
    const auto ahead = about.pixel_at(wcs.sky_at({at.x + 1.0, at.y}));
    const auto behind = about.pixel_at(wcs.sky_at({at.x - 1.0, at.y}));
    const auto above = about.pixel_at(wcs.sky_at({at.x, at.y + 1.0}));
    const auto below = about.pixel_at(wcs.sky_at({at.x, at.y - 1.0}));
    const double scale = 0.2 / 3600.0;
    EXPECT_NEAR(j[0] / scale, (ahead.x - behind.x) / 2.0 / scale, 1e-7);
    EXPECT_NEAR(j[1] / scale, (above.x - below.x) / 2.0 / scale, 1e-7);
    EXPECT_NEAR(j[2] / scale, (ahead.y - behind.y) / 2.0 / scale, 1e-7);
    EXPECT_NEAR(j[3] / scale, (above.y - below.y) / 2.0 / scale, 1e-7);
    EXPECT_NEAR(wcs.pixel_scale(at).arcsec(), 0.2, 0.01);
  }
  EXPECT_NEAR(Wcs(lsst_like(10.0, 80.0)).pixel_scale({2035.5, 1999.25}).arcsec(), 0.2, 1e-12);
}

TEST(Wcs, AShiftedPartSeesTheSameSky) {
  const Wcs whole(lsst_like(10.0, 20.0), some_sip(3, 0.01));
  const Wcs part = whole.shifted(100, 250);
  const SkyPosition a = whole.sky_at({130.0, 260.0});
  const SkyPosition b = part.sky_at({30.0, 10.0});
  EXPECT_LT(sphere::separation(a, b).mas(), 1e-6);
}

TEST(Wcs, RefusesWhatMakesNoSense) {
  Linear singular = lsst_like(0.0, 0.0);
  singular.cd = {1e-4, 2e-4, 2e-4, 4e-4};
  EXPECT_THROW(Wcs{singular}, InputError);
  Linear infinite = lsst_like(0.0, 0.0);
  infinite.reference_pixel.x = std::nan("");
  EXPECT_THROW(Wcs{infinite}, InputError);
  EXPECT_THROW(Wcs{lsst_like(0.0, 91.0)}, InputError);
  Sip short_table = some_sip(3, 0.01);
  short_table.b.pop_back();
  EXPECT_THROW(Wcs(lsst_like(0.0, 0.0), short_table), InputError);
  Tpv nan;
  nan.pv2[39] = std::nan("");
  EXPECT_THROW(Wcs(lsst_like(0.0, 0.0), nan), InputError);
}

}  // namespace
}  // namespace skywright::wcs
