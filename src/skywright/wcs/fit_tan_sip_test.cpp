#include <cmath>

#include <gtest/gtest.h>

#include "skywright/base/error.h"
#include "skywright/base/random_stream.h"
#include "skywright/wcs/wcs.h"

namespace skywright::wcs {
namespace {

constexpr image::Box kCcd{0, 0, 4096, 4004};

Wcs truth(double ra, double dec) {
  const double scale = 0.2 / 3600.0;
  Sip sip;
  sip.order = 3;
  sip.a.assign(16, 0.0);
  sip.b.assign(16, 0.0);
  sip.a[2 * 4] = 2e-7;
  sip.a[1 * 4 + 1] = -1e-7;
  sip.b[0 * 4 + 2] = 3e-7;
  sip.a[3 * 4] = 1e-10;
  sip.b[2 * 4 + 1] = -2e-10;
  return {Linear{{2047.5, 2001.5}, SkyPosition::from_degrees(ra, dec), {-scale, 1e-6, 2e-6, scale}},
          sip};
}

struct Stars {
  std::vector<double> x, y, ra, dec;
};

Stars stars(const Wcs& wcs, std::size_t n, double noise) {
  auto random = RandomStream::for_unit(3, {static_cast<std::int64_t>(n)}, "stars");
  Stars s;
  for (std::size_t i = 0; i < n; ++i) {
    s.x.push_back(random.uniform(-0.5, 4095.5));
    s.y.push_back(random.uniform(-0.5, 4003.5));
  }
  s.ra.resize(n);
  s.dec.resize(n);
  wcs.pixels_to_sky(s.x, s.y, s.ra, s.dec);
  for (std::size_t i = 0; i < n; ++i) {
    s.x[i] += noise * random.normal();
    s.y[i] += noise * random.normal();
  }
  return s;
}

TEST(FitTanSip, ReturnsTheMappingThatMadeThePoints) {
  for (const double dec : {-89.95, 0.0, 60.0}) {
    const Wcs made = truth(0.01, dec);
    const Stars s = stars(made, 400, 0.0);
    const TanSipFit fit = fit_tan_sip(s.x, s.y, s.ra, s.dec, {}, {2047.5, 2001.5}, kCcd, {3, 4});
    EXPECT_LT(fit.rms_pixel, 1e-7);
    EXPECT_NEAR(fit.wcs.linear().cd[0] / made.linear().cd[0], 1.0, 1e-9);
    EXPECT_NEAR(fit.wcs.sip()->a[2 * 4], 2e-7, 1e-13);
    EXPECT_NEAR(fit.wcs.sip()->b[2 * 4 + 1], -2e-10, 1e-16);
  }
}

TEST(FitTanSip, TheReferencePixelMayLieOutsideTheImage) {
  const Wcs made = truth(100.0, -30.0);
  const Stars s = stars(made, 400, 0.0);
  const PixelPosition far{20000.0, -9000.0};
  const TanSipFit fit = fit_tan_sip(s.x, s.y, s.ra, s.dec, {}, far, kCcd, {4, 0});
  EXPECT_LT(fit.rms_pixel, 1e-4);
}

TEST(FitTanSip, ResidualsShowTheNoiseOfThePoints) {
  const Stars s = stars(truth(100.0, -30.0), 4000, 0.05);
  const TanSipFit fit = fit_tan_sip(s.x, s.y, s.ra, s.dec, {}, {2047.5, 2001.5}, kCcd, {3, 4});
  // 20 parameters of 8000 residuals; the rms of 7980 normal numbers scatters by 0.8 %: four sigma.
  EXPECT_NEAR(fit.rms_pixel, 0.05 * std::sqrt(7980.0 / 8000.0), 4 * 0.05 / std::sqrt(2 * 7980.0));
}

TEST(FitTanSip, PointsOfNoWeightDoNotMatter) {
  Stars s = stars(truth(100.0, -30.0), 400, 0.0);
  std::vector<double> weight(400, 1.0);
  for (std::size_t i = 0; i < 40; ++i) {
    s.x[i] += 500.0;
    weight[i] = 0.0;
  }
  const auto fit = fit_tan_sip(s.x, s.y, s.ra, s.dec, weight, {2047.5, 2001.5}, kCcd, {3, 4});
  EXPECT_LT(fit.rms_pixel, 1e-6);
}

TEST(FitTanSip, ApAndBpInvertOverTheDomain) {
  const Stars s = stars(truth(100.0, -30.0), 400, 0.0);
  const auto fit = fit_tan_sip(s.x, s.y, s.ra, s.dec, {}, {2047.5, 2001.5}, kCcd, {3, 4});
  const Sip& sip = *fit.wcs.sip();
  ASSERT_EQ(sip.inverse_order, 4);
  ASSERT_EQ(sip.ap.size(), 25u);
  const auto value = [](const std::vector<double>& c, int order, double u, double v) {
    double sum = 0.0;
    for (int p = 0; p <= order; ++p) {
      for (int q = 0; p + q <= order; ++q) {
        sum += c[static_cast<std::size_t>(p * (order + 1) + q)] * std::pow(u, p) * std::pow(v, q);
      }
    }
    return sum;
  };
  for (const double u : {-2047.0, 30.0, 2047.0}) {
    for (const double v : {-2000.0, 700.0, 2000.0}) {
      const double big_u = u + value(sip.a, 3, u, v);
      const double big_v = v + value(sip.b, 3, u, v);
      EXPECT_NEAR(big_u + value(sip.ap, 4, big_u, big_v), u, 1e-3);
      EXPECT_NEAR(big_v + value(sip.bp, 4, big_u, big_v), v, 1e-3);
    }
  }
}

TEST(FitTanSip, OrderOneIsThePlainTangentPlane) {
  const Stars s = stars(truth(100.0, -30.0), 100, 0.0);
  const auto fit = fit_tan_sip(s.x, s.y, s.ra, s.dec, {}, {2047.5, 2001.5}, kCcd, {1, 0});
  EXPECT_EQ(fit.wcs.sip(), nullptr);
  EXPECT_LT(fit.rms_pixel, 1.0);
  EXPECT_GT(fit.rms_pixel, 0.01);
}

TEST(FitTanSip, RefusesTooFewPointsAndPointsOnALine) {
  Stars s = stars(truth(100.0, -30.0), 9, 0.0);
  EXPECT_THROW(fit_tan_sip(s.x, s.y, s.ra, s.dec, {}, {2047.5, 2001.5}, kCcd, {3, 0}), InputError);
  s.y.assign(9, 5.0);
  s.dec.assign(9, 10.0);
  EXPECT_THROW(fit_tan_sip(s.x, s.y, s.ra, s.dec, {}, {2047.5, 2001.5}, kCcd, {1, 0}), InputError);
}

}  // namespace
}  // namespace skywright::wcs
