#include "skywright/warp/warp.h"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "skywright/base/random_stream.h"
#include "skywright/warp/coordinate_grid.h"

namespace skywright::warp {
namespace {

using image::MaskedImage;
using image::MaskPlane;

/// A TAN-SIP WCS as of a CCD some way off axis: 0.2 arcsec pixels, turned, quadratic and cubic
/// terms.
wcs::Wcs distorted(double turn_deg, double dx, double dy, int side) {
  const double s = 0.2 / 3600.0;
  const double c = std::cos(turn_deg * std::numbers::pi / 180.0);
  const double t = std::sin(turn_deg * std::numbers::pi / 180.0);
  wcs::Linear linear;
  linear.reference_pixel = {0.5 * side + dx, 0.5 * side + dy};
  linear.reference_sky = wcs::SkyPosition::from_degrees(150.0, -30.0);
  linear.cd = {-s * c, s * t, s * t, s * c};
  wcs::Sip sip;
  sip.order = 3;
  sip.a.assign(16, 0.0);
  sip.b.assign(16, 0.0);
  sip.a[2 * 4 + 0] = 2e-7;
  sip.a[1 * 4 + 1] = -1e-7;
  sip.b[0 * 4 + 2] = 1.5e-7;
  sip.b[3 * 4 + 0] = 2e-11;
  return wcs::Wcs(linear, sip);
}

wcs::Wcs plain(int side, double scale = 0.2) {
  const double s = scale / 3600.0;
  wcs::Linear linear;
  linear.reference_pixel = {0.5 * side, 0.5 * side};
  linear.reference_sky = wcs::SkyPosition::from_degrees(150.0, -30.0);
  linear.cd = {-s, 0.0, 0.0, s};
  return wcs::Wcs(linear);
}

void add_star(MaskedImage& image, double x, double y, double flux, double sigma) {
  const auto cx = static_cast<int>(x);
  const auto cy = static_cast<int>(y);
  const image::Box box = image::square_around(cx, cy, 20).intersection(image.box());
  for (int j = box.y0; j < box.y_end(); ++j)
    for (int i = box.x0; i < box.x_end(); ++i)
      image.pixels(i, j) += static_cast<float>(
          flux / (2.0 * std::numbers::pi * sigma * sigma) *
          std::exp(-0.5 * (std::pow(i - x, 2) + std::pow(j - y, 2)) / (sigma * sigma)));
}

TEST(CoordinateGrid, IsExactToItsTolerance) {
  const wcs::Wcs from = distorted(33.0, 10.0, -20.0, 2000);
  const wcs::Wcs to = plain(2000);
  const CoordinateGrid grid(from, to, 2000, 2000, 2e-4);
  EXPECT_LE(grid.error(), 2e-4);
  std::vector<double> x(2000);
  std::vector<double> y(2000);
  for (int row : {0, 777, 1999}) {
    grid.row(row, x, y);
    for (int i = 0; i < 2000; i += 37) {
      const wcs::PixelPosition p =
          from.pixel_at(to.sky_at({static_cast<double>(i), static_cast<double>(row)}));
      EXPECT_NEAR(x[static_cast<std::size_t>(i)], p.x, 4e-4);
      EXPECT_NEAR(y[static_cast<std::size_t>(i)], p.y, 4e-4);
    }
  }
}

TEST(Warp, EqualsItsPlainTwin) {
  MaskedImage in(200, 180);
  auto random = RandomStream::for_unit(1, {}, "warp");
  random.fill_normal(in.pixels.pixels());
  for (float& v : in.variance.pixels()) v = static_cast<float>(random.uniform(0.5, 2.0));
  in.pixels(50, 60) = NAN;
  in.mask(120, 90) = image::bit(MaskPlane::saturated);
  for (const WarpKernel kernel :
       {WarpKernel::bilinear, WarpKernel::lanczos3, WarpKernel::lanczos4, WarpKernel::kaiser}) {
    const WarpConfig config{.kernel = kernel};
    const wcs::Wcs from = distorted(20.0, 3.0, 4.0, 190);
    const wcs::Wcs to = plain(240, 0.21);
    const WarpResult fast = warp(in, from, to, 240, 240, config, Execution(2));
    const WarpResult slow = warp_reference(in, from, to, 240, 240, config);
    int masks = 0;
    for (int y = 0; y < 240; ++y) {
      for (int x = 0; x < 240; ++x) {
        // Positions differ by 5e-4 pixel at most (table and grid); slopes of white noise reach 10.
        EXPECT_NEAR(fast.image.pixels(x, y), slow.image.pixels(x, y), 6e-3) << x << ' ' << y;
        EXPECT_NEAR(fast.image.variance(x, y), slow.image.variance(x, y), 6e-3);
        masks += fast.image.mask(x, y) != slow.image.mask(x, y) ? 1 : 0;
      }
    }
    // A centre within 5e-4 of a pixel's border may fall to either side.
    EXPECT_LE(masks, 60);
  }
}

TEST(Warp, EqualsItsPlainTwinWhereTilesTakeMuchOfTheInput) {
  // Output pixels of 6 input pixels a side: a tile spans more than is copied at once.
  MaskedImage in(700, 650);
  auto random = RandomStream::for_unit(5, {}, "warp");
  random.fill_normal(in.pixels.pixels());
  for (float& v : in.variance.pixels()) v = static_cast<float>(random.uniform(0.5, 2.0));
  for (int i = 0; i < 300; ++i) {
    const auto x = static_cast<int>(random.uniform(0.0, 700.0));
    const auto y = static_cast<int>(random.uniform(0.0, 650.0));
    in.mask(x, y) = image::bit(i % 2 == 0 ? MaskPlane::saturated : MaskPlane::cosmic_ray);
    if (i % 3 == 0) in.mask(x, y) |= image::bit(MaskPlane::interpolated);
    if (i % 7 == 0) in.variance(x, y) = NAN;
  }
  const wcs::Wcs from = distorted(35.0, 3.0, 4.0, 690);
  const wcs::Wcs to = plain(120, 1.2);
  const WarpConfig config{.meaning = PixelMeaning::surface_brightness};
  const WarpResult fast = warp(in, from, to, 120, 120, config, Execution(2));
  const WarpResult slow = warp_reference(in, from, to, 120, 120, config);
  int masks = 0;
  for (int y = 0; y < 120; ++y) {
    for (int x = 0; x < 120; ++x) {
      EXPECT_NEAR(fast.image.pixels(x, y), slow.image.pixels(x, y), 6e-3) << x << ' ' << y;
      EXPECT_NEAR(fast.image.variance(x, y), slow.image.variance(x, y), 6e-3);
      masks += fast.image.mask(x, y) != slow.image.mask(x, y) ? 1 : 0;
    }
  }
  EXPECT_LE(masks, 60);
}

TEST(Warp, KeepsFluxesAndCentroids) {
  constexpr int kSide = 500;
  const wcs::Wcs from = distorted(57.0, 0.0, 0.0, kSide);
  for (const double scale : {0.18, 0.2, 0.22}) {
    const wcs::Wcs to = plain(kSide, scale);
    MaskedImage in(kSide, kSide);
    for (float& v : in.variance.pixels()) v = 1.0F;
    std::vector<wcs::PixelPosition> stars;
    for (int j = 0; j < 7; ++j)
      for (int i = 0; i < 7; ++i) stars.push_back({110.0 + 45.3 * i + j, 115.0 + 44.7 * j});
    for (const wcs::PixelPosition& s : stars) add_star(in, s.x, s.y, 1000.0, 1.7);
    const WarpResult out = warp(in, from, to, kSide, kSide, {}, Execution());
    for (const wcs::PixelPosition& s : stars) {
      const wcs::PixelPosition p = to.pixel_at(from.sky_at(s));
      double sum = 0.0;
      double sx = 0.0;
      double sy = 0.0;
      const image::Box box = image::square_around(static_cast<int>(p.x), static_cast<int>(p.y), 12);
      for (int y = box.y0; y < box.y_end(); ++y) {
        for (int x = box.x0; x < box.x_end(); ++x) {
          const auto v = static_cast<double>(out.image.pixels(x, y));
          sum += v;
          sx += v * (x - p.x);
          sy += v * (y - p.y);
        }
      }
      EXPECT_NEAR(sum, 1000.0, 1.0);
      EXPECT_NEAR(sx / sum, 0.0, 0.002);
      EXPECT_NEAR(sy / sum, 0.0, 0.002);
    }
  }
}

TEST(Warp, DisplacesNothingAtAnyPhase) {
  // Between grids that are only shifted all pixels of a star have one phase, so that a kernel's
  // first moment shows whole: lanczos3 is off by 0.01 of the peak.
  constexpr int kSide = 64;
  constexpr double kSigma = 1.7;
  const auto star = [](double dx, double dy) {
    return 1000.0 * std::exp(-0.5 * (dx * dx + dy * dy) / (kSigma * kSigma));
  };
  MaskedImage in(kSide, kSide);
  for (int y = 0; y < kSide; ++y)
    for (int x = 0; x < kSide; ++x) in.pixels(x, y) = static_cast<float>(star(x - 31.3, y - 32.6));
  for (float& v : in.variance.pixels()) v = 1.0F;
  const wcs::Wcs from = plain(kSide);
  for (const double phase : {0.1, 0.25, 0.5, 0.8}) {
    wcs::Linear moved = from.linear();
    moved.reference_pixel.x += phase;
    moved.reference_pixel.y -= phase;
    const WarpResult out = warp(in, from, wcs::Wcs(moved), kSide, kSide, {}, Execution());
    for (int y = 16; y < 48; ++y)
      for (int x = 16; x < 48; ++x)
        EXPECT_NEAR(out.image.pixels(x, y), star(x - 31.3 - phase, y - 32.6 + phase), 1.5)
            << phase << ' ' << x << ' ' << y;
  }
}

TEST(Warp, MarksWhatItDoesNotSee) {
  MaskedImage in(100, 100);
  for (float& v : in.variance.pixels()) v = 1.0F;
  in.mask(50, 50) = image::bit(MaskPlane::cosmic_ray);
  const WarpResult out = warp(in, plain(100), plain(140), 140, 140, {}, Execution());
  EXPECT_NE(out.image.mask(5, 5) & image::bit(MaskPlane::no_data), 0U);
  EXPECT_EQ(out.image.variance(5, 5), 0.0F);
  EXPECT_NE(out.image.mask(21, 70) & image::bit(MaskPlane::edge), 0U);
  EXPECT_NE(out.image.mask(70, 70) & image::bit(MaskPlane::cosmic_ray), 0U);
  EXPECT_EQ(out.image.mask(80, 80), 0U);
}

TEST(Warp, StatesTheNoiseThatItLeaves) {
  constexpr int kSide = 600;
  MaskedImage in(kSide, kSide);
  auto random = RandomStream::for_unit(2, {}, "warp_noise");
  random.fill_normal(in.pixels.pixels());
  for (float& v : in.variance.pixels()) v = 1.0F;
  const WarpResult out =
      warp(in, distorted(30.0, 0.0, 0.0, kSide), plain(kSide), kSide - 200, kSide - 200,
           {.meaning = PixelMeaning::surface_brightness}, Execution());
  const image::NoiseCorrelation seen =
      image::measure_noise_correlation(out.image.view(), {.clip = 6});
  ASSERT_GT(seen.pixels_used, 100000U);
  EXPECT_NEAR(seen.variance_scale, out.noise.variance_scale, 0.02);
  // 130,000 pixels: a lag's standard error is 0.003.
  for (int dy = -2; dy <= 2; ++dy)
    for (int dx = -2; dx <= 2; ++dx)
      EXPECT_NEAR(seen.at(dx, dy), out.noise.at(dx, dy), 0.015) << dx << ' ' << dy;
  EXPECT_GT(out.noise.at(1, 0), 0.1);
}

TEST(Warp, IsTheSameForAnyNumberOfThreads) {
  MaskedImage in(300, 300);
  auto random = RandomStream::for_unit(3, {}, "warp_threads");
  random.fill_normal(in.pixels.pixels());
  for (float& v : in.variance.pixels()) v = 1.0F;
  const WarpResult one =
      warp(in, distorted(5.0, 0, 0, 300), plain(300), 300, 300, {}, Execution(1));
  const WarpResult four =
      warp(in, distorted(5.0, 0, 0, 300), plain(300), 300, 300, {}, Execution(4));
  EXPECT_TRUE(std::equal(one.image.pixels.pixels().begin(), one.image.pixels.pixels().end(),
                         four.image.pixels.pixels().begin()));
}

}  // namespace
}  // namespace skywright::warp
