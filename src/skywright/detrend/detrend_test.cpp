#include "skywright/detrend/detrend.h"

#include <chrono>
#include <cstdio>

#include <gtest/gtest.h>

#include "skywright/base/error.h"
#include "skywright/detrend/detail/camera_for_tests.h"
#include "skywright/math/statistics.h"

namespace skywright::detrend {
namespace {

using for_tests::e2v;
using for_tests::Flaws;
using for_tests::read_out;
using image::Image;
using image::MaskPlane;

Image<float> uniform_light(const instrument::Detector& detector, float electrons) {
  return Image<float>(detector.width, detector.height, electrons);
}

DetrendConfig without_cosmic_rays() {
  DetrendConfig config;
  config.cosmic_rays.enabled = false;
  return config;
}

/// (value - truth) / sqrt(variance) of all pixels.
std::vector<float> pulls(const image::MaskedImage& image, const Image<float>& truth) {
  std::vector<float> out;
  for (int y = 0; y < image.height(); ++y)
    for (int x = 0; x < image.width(); ++x)
      out.push_back((image.pixels(x, y) - truth(x, y)) / std::sqrt(image.variance(x, y)));
  return out;
}

TEST(Detrend, PutsEveryPixelInItsPlace) {
  const auto detector = e2v(32, 40);
  Image<float> light(detector.width, detector.height);
  for (int y = 0; y < light.height(); ++y)
    for (int x = 0; x < light.width(); ++x) light(x, y) = static_cast<float>(10 * x + 7 * y);
  const auto raw = read_out(detector, light, 30.0, {.noise = false});
  const auto result = detrend(raw, detector, {}, without_cosmic_rays(), Execution{});
  for (int y = 0; y < light.height(); ++y)
    for (int x = 0; x < light.width(); ++x) {
      // Half an ADU of rounding at a gain of at most 1.65.
      ASSERT_NEAR(result.image.pixels(x, y), light(x, y), 0.85F) << x << ' ' << y;
      ASSERT_EQ(result.image.mask(x, y), 0U);
    }
}

TEST(Detrend, VarianceIsTheScatterAboutTheTruth) {
  const auto detector = e2v(64, 200);
  const auto light = uniform_light(detector, 900.0F);
  const auto raw = read_out(detector, light, 30.0, {.seed = 3});
  const auto result = detrend(raw, detector, {}, without_cosmic_rays(), Execution{});
  const auto p = pulls(result.image, light);
  const auto s = math::clipped_statistics(std::span<const float>(p), 6.0);
  // 204,800 pixels: sigma to 0.16 %, mean to 0.22 %. The level comes from 49 overscan pixels in 65
  // rows: 0.12 electrons, 0.4 % of sigma an amplifier. Weighting by a pixel's own signal skews
  // pulls by -1 / (2 sqrt(900)) = -1.7 % and widens them by under 0.1 %.
  EXPECT_NEAR(s.sigma, 1.0, 0.008);
  EXPECT_NEAR(s.mean, -0.017, 0.01);
  for (std::size_t i = 0; i < 16; ++i) {
    // 9,800 overscan pixels: 0.7 %, and a third of an ADU^2 / 4 of rounding.
    EXPECT_NEAR(result.amplifiers[i].read_noise, detector.amplifiers[i].read_noise, 0.15);
    EXPECT_NEAR(result.amplifiers[i].bias_level, 20000.0, 0.5);
  }
}

TEST(Detrend, FollowsRowsThatJump) {
  const auto detector = e2v(64, 200);
  const auto light = uniform_light(detector, 100.0F);
  const auto raw = read_out(detector, light, 30.0, {.row_jump_adu = 20.0, .seed = 4});
  const auto result = detrend(raw, detector, {}, without_cosmic_rays(), Execution{});
  const auto p = pulls(result.image, light);
  const auto s = math::clipped_statistics(std::span<const float>(p), 6.0);
  // Each row's level is known to read noise / 7: adds (5.75 / 7)^2 / (100 + 33) = 0.5 % of
  // variance.
  EXPECT_NEAR(s.sigma, 1.0, 0.02);
}

TEST(Detrend, TakesOutBiasDarkAndFlat) {
  const auto detector = e2v(32, 64);
  Image<float> light(detector.width, detector.height);
  Masters masters;
  masters.bias = image::MaskedImage(detector.width, detector.height);
  masters.dark = masters.bias;
  masters.flat = masters.bias;
  masters.defects = Image<image::MaskBits>(detector.width, detector.height);
  (*masters.defects)(17, 11) = image::bit(MaskPlane::bad);
  for (int y = 0; y < light.height(); ++y)
    for (int x = 0; x < light.width(); ++x) {
      const float bias = static_cast<float>((x * 7 + y * 13) % 40);
      const float dark = 0.1F * static_cast<float>((x + y) % 5);
      const float flat = 0.8F + 0.4F * static_cast<float>(x) / static_cast<float>(detector.width);
      masters.bias->pixels(x, y) = bias;
      masters.dark->pixels(x, y) = dark;
      masters.flat->pixels(x, y) = flat;
      light(x, y) = 2000.0F * flat + 30.0F * dark + bias;
    }
  light(17, 11) = 9.0F;
  const auto raw = read_out(detector, light, 30.0, {.noise = false});
  const auto result = detrend(raw, detector, masters, without_cosmic_rays(), Execution{});
  for (int y = 0; y < light.height(); ++y)
    for (int x = 0; x < light.width(); ++x)
      ASSERT_NEAR(result.image.pixels(x, y), 2000.0F, 1.2F) << x << ' ' << y;
  EXPECT_EQ(result.image.mask(17, 11), image::bits({MaskPlane::bad, MaskPlane::interpolated}));
  EXPECT_EQ(result.defective, 1);
}

TEST(Detrend, LeavesCrosstalkBelowThreeSigma) {
  auto detector = e2v(64, 100);
  detector.crosstalk.assign(256, 0.0);
  for (std::size_t i = 0; i < 16; ++i)
    for (std::size_t j = 0; j < 16; ++j)
      if (i != j) detector.crosstalk[i * 16 + j] = (i / 8 == j / 8 ? 3e-4 : 1e-5);
  auto light = uniform_light(detector, 500.0F);
  // A bright star at the full well in amplifier C13, whose ghosts appear in the others.
  for (int y = 140; y < 150; ++y)
    for (int x = 220; x < 230; ++x) light(x, y) = 90000.0F;
  const auto raw = read_out(detector, light, 30.0, {.seed = 5});
  const auto with = detrend(raw, detector, {}, without_cosmic_rays(), Execution{});
  auto config = without_cosmic_rays();
  config.correct_crosstalk = false;
  const auto without = detrend(raw, detector, {}, config, Execution{});
  // Where C13's ghost falls in C12: both flip alike, so 64 columns to the left.
  double ghost = 0.0;
  double left = 0.0;
  int flagged = 0;
  for (int y = 140; y < 150; ++y)
    for (int x = 156; x < 166; ++x) {
      ghost += static_cast<double>(without.image.pixels(x, y)) - 500.0;
      left += static_cast<double>(with.image.pixels(x, y)) - 500.0;
      flagged += (with.image.mask(x, y) & image::bit(MaskPlane::crosstalk)) != 0;
    }
  const double sigma_of_mean = std::sqrt(530.0 / 100.0);
  EXPECT_NEAR(ghost / 100.0, 27.0, 5.0 * sigma_of_mean);
  EXPECT_NEAR(left / 100.0, 0.0, 3.0 * sigma_of_mean);
  EXPECT_EQ(flagged, 100);
  EXPECT_EQ(with.image.mask(20, 20) & image::bit(MaskPlane::crosstalk), 0U);
}

TEST(Detrend, FlagsSaturationAndItsSurroundings) {
  const auto detector = e2v(64, 100);
  auto light = uniform_light(detector, 500.0F);
  for (int y = 20; y < 60; ++y) light(100, y) = 3e5F;
  light(300, 30) = 95000.0F;
  const auto raw = read_out(detector, light, 30.0, {.seed = 6});
  const auto result = detrend(raw, detector, {}, {}, Execution{});
  EXPECT_EQ(result.saturated, 3 * 42);
  EXPECT_NE(result.image.mask(101, 40) & image::bit(MaskPlane::saturated), 0U);
  EXPECT_EQ(result.image.mask(103, 40), 0U);
  EXPECT_EQ(result.image.mask(300, 30) & image::bit(MaskPlane::suspect),
            image::bit(MaskPlane::suspect));
  // Nothing of the bleed is taken for a cosmic ray; the lone bright pixel is one.
  EXPECT_EQ(result.image.mask(100, 40) & image::bit(MaskPlane::cosmic_ray), 0U);
  EXPECT_NE(result.image.mask(300, 30) & image::bit(MaskPlane::cosmic_ray), 0U);
}

TEST(Detrend, IsTheSameForAnyNumberOfThreads) {
  auto detector = e2v(64, 200);
  detector.crosstalk.assign(256, 1e-4);
  auto light = uniform_light(detector, 500.0F);
  for (int k = 0; k < 50; ++k) light(10 * k + 5, 7 * k + 3) = 5000.0F;
  const auto raw = read_out(detector, light, 30.0, {.seed = 8});
  const auto one = detrend(raw, detector, {}, {}, Execution(1));
  for (const int jobs : {2, 5}) {
    const auto many = detrend(raw, detector, {}, {}, Execution(jobs));
    for (std::size_t i = 0; i < one.image.pixels.size(); ++i) {
      ASSERT_EQ(one.image.pixels.pixels()[i], many.image.pixels.pixels()[i]);
      ASSERT_EQ(one.image.mask.pixels()[i], many.image.mask.pixels()[i]);
    }
  }
}

TEST(Detrend, WorksForOneAmplifierWithoutOverscanOrMasters) {
  instrument::Detector detector;
  detector.name = "CMOS";
  detector.width = 200;
  detector.height = 150;
  instrument::Amplifier a;
  a.name = "A";
  a.raw = a.data = a.detector_box = {0, 0, 200, 150};
  a.gain = 0.8;
  a.read_noise = 3.0;
  detector.amplifiers.push_back(a);
  RawExposure raw;
  raw.amplifiers.emplace_back(200, 150, 1250.0F);
  raw.amplifiers[0](7, 8) = 65535.0F;
  raw.amplifiers[0](9, 90) = std::nanf("");
  const auto result = detrend(raw, detector, {}, {}, Execution{});
  EXPECT_FLOAT_EQ(result.image.pixels(100, 100), 1000.0F);
  EXPECT_FLOAT_EQ(result.image.variance(100, 100), 1009.0F);
  EXPECT_NE(result.image.mask(7, 8) & image::bit(MaskPlane::saturated), 0U);
  EXPECT_FLOAT_EQ(result.image.pixels(9, 90), 1000.0F);
  EXPECT_EQ(result.image.mask(9, 90),
            image::bits({MaskPlane::not_finite, MaskPlane::interpolated}));
}

TEST(Detrend, RefusesAFrameOfAnotherCamera) {
  const auto detector = e2v(32, 40);
  RawExposure raw;
  EXPECT_THROW(detrend(raw, detector, {}, {}, Execution{}), InputError);
  const auto other = e2v(16, 40);
  raw = read_out(other, Image<float>(other.width, other.height), 1.0, {});
  EXPECT_THROW(detrend(raw, detector, {}, {}, Execution{}), InputError);
}

TEST(Detrend, TakesAFullSizeCcdInTime) {
  auto detector = e2v();
  detector.crosstalk.assign(256, 1e-4);
  Masters masters;
  masters.bias = image::MaskedImage(detector.width, detector.height);
  masters.dark = masters.bias;
  masters.flat = masters.bias;
  for (float& v : masters.flat->pixels.pixels()) v = 1.0F;
  const auto raw = read_out(detector, uniform_light(detector, 500.0F), 30.0, {.seed = 9});
  const auto begin = std::chrono::steady_clock::now();
  const auto result = detrend(raw, detector, masters, {}, Execution(1));
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf("detrend of 4096x4004: %.3f s, %d CR pixels of %d candidates\n", seconds,
              result.cosmic_rays.pixels, result.cosmic_rays.candidates);
  // 4.5 sigma of a Laplacian whose noise is about that of a pixel: some 100 in 16 million.
  EXPECT_LT(result.cosmic_rays.pixels, 500);
}

}  // namespace
}  // namespace skywright::detrend
