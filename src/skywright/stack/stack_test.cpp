#include "skywright/stack/stack.h"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "skywright/base/error.h"
#include "skywright/base/random_stream.h"
#include "skywright/math/statistics.h"

namespace skywright::stack {
namespace {

using image::Image;
using image::MaskedImage;
using image::MaskPlane;

constexpr int kSide = 240;

wcs::Wcs dithered(double dx, double dy, double turn_deg) {
  const double s = 0.2 / 3600.0;
  const double c = std::cos(turn_deg * std::numbers::pi / 180.0);
  const double t = std::sin(turn_deg * std::numbers::pi / 180.0);
  wcs::Linear linear;
  linear.reference_pixel = {0.5 * kSide + dx, 0.5 * kSide + dy};
  linear.reference_sky = wcs::SkyPosition::from_degrees(40.0, -20.0);
  linear.cd = {-s * c, s * t, s * t, s * c};
  return wcs::Wcs(linear);
}

/// Stars of one flux on the sky under a Gaussian of `sigma`, in units of 1 / `scale`.
MaskedImage expose(const wcs::Wcs& wcs, double sigma, double scale, double noise, int visit) {
  MaskedImage im(kSide, kSide);
  auto random = RandomStream::for_unit(9, {visit}, "stack");
  random.fill_normal(im.pixels.pixels());
  const wcs::Wcs grid = dithered(0.0, 0.0, 0.0);
  for (float& v : im.pixels.pixels()) v *= static_cast<float>(noise);
  for (int j = 0; j < 4; ++j) {
    for (int i = 0; i < 4; ++i) {
      const wcs::PixelPosition p = wcs.pixel_at(grid.sky_at({60.0 + 40.0 * i, 60.0 + 40.0 * j}));
      const image::Box box = image::square_around(static_cast<int>(p.x), static_cast<int>(p.y), 15)
                                 .intersection(im.box());
      for (int y = box.y0; y < box.y_end(); ++y)
        for (int x = box.x0; x < box.x_end(); ++x)
          im.pixels(x, y) += static_cast<float>(
              5000.0 / scale / (2.0 * std::numbers::pi * sigma * sigma) *
              std::exp(-0.5 * (std::pow(x - p.x, 2) + std::pow(y - p.y, 2)) / (sigma * sigma)));
    }
  }
  for (float& v : im.variance.pixels()) v = static_cast<float>(noise * noise);
  return im;
}

struct Campaign {
  std::vector<wcs::Wcs> wcs;
  std::vector<MaskedImage> images;
  std::vector<psf::PsfModel> psfs;
  std::vector<StackInput> inputs;
};

Campaign campaign(int count) {
  Campaign c;
  for (int k = 0; k < count; ++k) {
    c.wcs.push_back(dithered(3.7 * k - 8.0, 5.0 - 2.3 * k, 7.0 * k + 5.0));
    const double sigma = 1.6 + 0.1 * k;
    c.images.push_back(expose(c.wcs.back(), sigma, k % 2 == 0 ? 1.0 : 2.0, 2.0 + 0.5 * k, k));
    Image<float> star(31, 31);
    for (int y = 0; y < 31; ++y)
      for (int x = 0; x < 31; ++x)
        star(x, y) = static_cast<float>(
            std::exp(-0.5 * (std::pow(x - 15, 2) + std::pow(y - 15, 2)) / (sigma * sigma)));
    c.psfs.push_back(psf::constant_psf(star));
  }
  for (int k = 0; k < count; ++k) {
    const auto i = static_cast<std::size_t>(k);
    c.inputs.push_back({.image = c.images[i].view(),
                        .wcs = c.wcs[i],
                        .flux_scale = k % 2 == 0 ? 1.0 : 2.0,
                        .psf = &c.psfs[i]});
  }
  return c;
}

double flux_at(const MaskedImage& im, int x, int y, int half = 10) {
  double sum = 0.0;
  for (int j = y - half; j <= y + half; ++j)
    for (int i = x - half; i <= x + half; ++i) sum += static_cast<double>(im.pixels(i, j));
  return sum;
}

TEST(Stack, AveragesFluxesAndStatesItsNoise) {
  const Campaign c = campaign(5);
  const Stack s = stack(c.inputs, {dithered(0, 0, 0), kSide, kSide}, {}, Execution());
  for (int j = 0; j < 4; ++j) {
    for (int i = 0; i < 4; ++i) {
      const int x = 60 + 40 * i;
      const int y = 60 + 40 * j;
      const double sigma = 21.0 * std::sqrt(static_cast<double>(s.image.variance(x, y)) *
                                            s.noise.variance_scale * 1.6);
      EXPECT_NEAR(flux_at(s.image, x, y), 5000.0, 5.0 * sigma);
    }
  }
  // Noise where no star is, against what variance plane and correlation say.
  const image::NoiseCorrelation seen =
      image::measure_noise_correlation(s.image.view(), {.half = 2});
  EXPECT_NEAR(seen.variance_scale, s.noise.variance_scale, 0.05);
  EXPECT_NEAR(0.5 * (seen.at(1, 0) + seen.at(0, 1)), 0.5 * (s.noise.at(1, 0) + s.noise.at(0, 1)),
              0.04);
  EXPECT_EQ(s.count(120, 120), 5);
}

TEST(Stack, RejectsACosmicRayAndKeepsStars) {
  Campaign c = campaign(5);
  const wcs::Wcs grid = dithered(0, 0, 0);
  const wcs::PixelPosition hit = c.wcs[2].pixel_at(grid.sky_at({80.0, 80.0}));
  const auto hx = static_cast<int>(std::lround(hit.x));
  const auto hy = static_cast<int>(std::lround(hit.y));
  for (int k = -3; k <= 3; ++k) c.images[2].pixels(hx + k, hy) += 3000.0F;
  const Stack s = stack(c.inputs, {grid, kSide, kSide}, {}, Execution());
  EXPECT_GT(s.clipped, 5U);
  EXPECT_NE(s.image.mask(80, 80) & image::bit(MaskPlane::clipped), 0U);
  EXPECT_LT(std::abs(s.image.pixels(80, 80)), 10.0F);
  // The cores of stars stay whole although the inputs' seeing differs.
  for (int j = 0; j < 4; ++j)
    for (int i = 0; i < 4; ++i)
      EXPECT_EQ(s.image.mask(60 + 40 * i, 60 + 40 * j) & image::bit(MaskPlane::clipped), 0U);
}

TEST(Stack, SaysWhereAStarIsSaturatedInSomeInputs) {
  Campaign c = campaign(5);
  const wcs::Wcs grid = dithered(0, 0, 0);
  const auto saturate = [&](std::size_t k, double x, double y) {
    const wcs::PixelPosition p = c.wcs[k].pixel_at(grid.sky_at({x, y}));
    const image::Box box = image::square_around(static_cast<int>(std::lround(p.x)),
                                                static_cast<int>(std::lround(p.y)), 1);
    for (int v = box.y0; v < box.y_end(); ++v)
      for (int u = box.x0; u < box.x_end(); ++u) {
        c.images[k].mask(u, v) |= image::bit(MaskPlane::saturated);
        c.images[k].pixels(u, v) = 400.0F;
      }
  };
  saturate(0, 100.0, 100.0);  // on a star, in the input of most weight
  saturate(0, 120.0, 80.0);   // on the sky: a bleed trail
  for (std::size_t k = 0; k < 5; ++k) saturate(k, 140.0, 140.0);
  const Stack s = stack(c.inputs, {grid, kSide, kSide}, {}, Execution());
  EXPECT_NE(s.image.mask(100, 100) & image::bit(MaskPlane::saturated), 0U);
  EXPECT_GT(s.image.pixels(100, 100), 100.0F);
  EXPECT_EQ(s.image.mask(120, 80) & image::bit(MaskPlane::saturated), 0U);
  EXPECT_LT(std::abs(s.image.pixels(120, 80)), 10.0F);
  EXPECT_EQ(s.count(120, 80), 4);
  // Where no input is left the pixel still has a value, so that nothing that is convolved with it
  // sees a hole.
  EXPECT_EQ(s.count(140, 140), 0);
  EXPECT_NE(s.image.mask(140, 140) & image::bit(MaskPlane::saturated), 0U);
  EXPECT_EQ(s.image.mask(140, 140) & image::bit(MaskPlane::no_data), 0U);
  EXPECT_GT(s.image.pixels(140, 140), 100.0F);
}

TEST(Stack, LeavesOutWhatAnInputsEdgeCutsOff) {
  // One bright input that ends within the grid: no seam of light that half a kernel missed.
  const wcs::Wcs grid = dithered(0, 0, 0);
  const wcs::Wcs moved = dithered(-100.37, 0.41, 0.0);
  std::vector<MaskedImage> images;
  std::vector<StackInput> inputs;
  for (int k = 0; k < 2; ++k) {
    images.emplace_back(kSide, kSide);
    for (float& v : images.back().pixels.pixels()) v = 1000.0F;
    for (float& v : images.back().variance.pixels()) v = 1.0F;
  }
  inputs.push_back({.image = images[0].view(), .wcs = grid});
  inputs.push_back({.image = images[1].view(), .wcs = moved});
  const Stack s = stack(inputs, {grid, kSide, kSide}, {}, Execution());
  for (int x = 20; x < kSide - 20; ++x) EXPECT_NEAR(s.image.pixels(x, 120), 1000.0, 0.5) << x;
  EXPECT_EQ(s.count(200, 120), 2);
  EXPECT_EQ(s.count(30, 120), 1);
}

TEST(Stack, AveragesPsfsAsItAveragesStars) {
  const Campaign c = campaign(3);
  const Stack s = stack(c.inputs, {dithered(0, 0, 0), kSide, kSide}, {}, Execution());
  ASSERT_TRUE(s.psf.has_value());
  // The mean star of 16, against the model.
  Image<double> star(21, 21);
  for (int j = 0; j < 4; ++j)
    for (int i = 0; i < 4; ++i)
      for (int y = 0; y < 21; ++y)
        for (int x = 0; x < 21; ++x)
          star(x, y) +=
              static_cast<double>(s.image.pixels(50 + 40 * i + x, 50 + 40 * j + y)) / 16.0 / 5000.0;
  const Image<float> model = s.psf->centred_image({120.0, 120.0});
  const int off = model.width() / 2 - 10;
  const double noise = std::sqrt(static_cast<double>(s.image.variance(120, 120)) / 16.0) / 5000.0;
  for (int y = 0; y < 21; ++y)
    for (int x = 0; x < 21; ++x)
      EXPECT_NEAR(star(x, y), static_cast<double>(model(x + off, y + off)), 5.0 * noise + 4e-4);
}

TEST(Stack, GivesTheSameBytesForAnyBandAndThread) {
  const Campaign c = campaign(4);
  const StackGrid grid{dithered(0, 0, 0), kSide, kSide};
  StackConfig config;
  config.band_rows = 64;
  const Stack a = stack(c.inputs, grid, config, Execution(1));
  const Stack b = stack(c.inputs, grid, config, Execution(3));
  EXPECT_TRUE(std::equal(a.image.pixels.pixels().begin(), a.image.pixels.pixels().end(),
                         b.image.pixels.pixels().begin()));
}

TEST(Stack, RefusesAGridThatNothingMeets) {
  const Campaign c = campaign(1);
  const StackGrid far = tangent_grid(wcs::SkyPosition::from_degrees(200.0, 50.0), 100, 100,
                                     wcs::Angle::from_arcsec(0.2));
  EXPECT_THROW((void)stack(c.inputs, far, {}, Execution()), InputError);
  EXPECT_THROW((void)stack({}, far, {}, Execution()), InputError);
}

}  // namespace
}  // namespace skywright::stack
