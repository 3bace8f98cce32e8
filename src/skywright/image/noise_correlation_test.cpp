#include "skywright/image/noise_correlation.h"

#include <cmath>

#include <gtest/gtest.h>

#include "skywright/base/error.h"
#include "skywright/base/random_stream.h"

namespace skywright::image {
namespace {

MaskedImage noise(int side, double sigma) {
  MaskedImage im(side, side);
  auto random = RandomStream::for_unit(7, {side}, "noise");
  random.fill_normal(im.pixels.pixels());
  for (float& v : im.pixels.pixels()) v *= static_cast<float>(sigma);
  for (float& v : im.variance.pixels()) v = static_cast<float>(sigma * sigma);
  return im;
}

TEST(NoiseCorrelation, OfIndependentNoiseIsADelta) {
  const MaskedImage im = noise(400, 3.0);
  const NoiseCorrelation c = measure_noise_correlation(im);
  // 160,000 pixels: each lag has a standard error of 1/400.
  for (int dy = -4; dy <= 4; ++dy)
    for (int dx = -4; dx <= 4; ++dx)
      EXPECT_NEAR(c.at(dx, dy), dx == 0 && dy == 0 ? 1.0 : 0.0, 5.0 / 400.0);
  // Clipping at 4 sigma takes 0.1 % of the variance.
  EXPECT_NEAR(c.variance_scale, 1.0, 5.0 * std::sqrt(2.0) / 400.0 + 2e-3);
}

TEST(NoiseCorrelation, OfConvolvedNoiseIsThatOfTheKernel) {
  MaskedImage im = noise(400, 1.0);
  Image<float> out(400, 400);
  for (int y = 0; y < 400; ++y)
    for (int x = 1; x < 400; ++x) out(x, y) = 0.6F * im.pixels(x, y) + 0.4F * im.pixels(x - 1, y);
  im.pixels = out;
  const NoiseCorrelation c = measure_noise_correlation(im);
  Image<float> kernel(3, 3);
  kernel(1, 1) = 0.6F;
  kernel(2, 1) = 0.4F;
  const NoiseCorrelation k = convolved_noise_correlation({}, kernel, 4);
  EXPECT_NEAR(k.at(1, 0), 0.24 / 0.52, 1e-6);
  EXPECT_NEAR(k.variance_scale, 0.52, 1e-6);
  for (int dx = -4; dx <= 4; ++dx) EXPECT_NEAR(c.at(dx, 0), k.at(dx, 0), 5.0 / 400.0) << dx;
  EXPECT_NEAR(c.variance_scale, 0.52, 0.02);
}

TEST(NoiseCorrelation, LeavesSourcesOut) {
  MaskedImage im = noise(300, 2.0);
  for (int y = 100; y < 130; ++y)
    for (int x = 100; x < 130; ++x) im.pixels(x, y) += 50.0F;
  const NoiseCorrelation c = measure_noise_correlation(im);
  EXPECT_NEAR(c.at(1, 0), 0.0, 5.0 / 300.0);
  EXPECT_NEAR(c.variance_scale, 1.0, 0.03);
}

/// Noise under forty bright stars, the same in every image.
MaskedImage starry(const char* name) {
  MaskedImage im(300, 300);
  auto random = RandomStream::for_unit(11, {300}, name);
  random.fill_normal(im.pixels.pixels());
  for (float& v : im.variance.pixels()) v = 1.0F;
  for (int star = 0; star < 40; ++star)
    for (int y = 0; y < 3; ++y)
      for (int x = 0; x < 3; ++x)
        im.pixels(20 + 35 * (star % 8) + x, 20 + 50 * (star / 8) + y) += 90.0F;
  return im;
}

TEST(NoiseCorrelation, OfIndependentTwinsIsThatOfEach) {
  const MaskedImage a = starry("a");
  const MaskedImage b = starry("b");
  const NoiseCorrelation c = measure_noise_correlation(a.view(), b.view());
  // Some 60,000 pixels away from the stars: covariance and variance each good to 1/170 and less.
  EXPECT_NEAR(c.shared_with_twin, 0.0, 0.03);
  EXPECT_NEAR(c.variance_scale, 1.0, 0.05);
}

TEST(NoiseCorrelation, OfACopyIsItsOwn) {
  const MaskedImage a = starry("a");
  const NoiseCorrelation c = measure_noise_correlation(a.view(), a.view());
  EXPECT_NEAR(c.shared_with_twin, 1.0, 1e-6);
  EXPECT_DOUBLE_EQ(c.variance_scale, measure_noise_correlation(a.view()).variance_scale);
}

TEST(NoiseCorrelation, NeedsPixels) {
  EXPECT_THROW((void)measure_noise_correlation(noise(20, 1.0)), InputError);
}

}  // namespace
}  // namespace skywright::image
