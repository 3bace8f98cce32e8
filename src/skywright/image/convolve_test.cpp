#include "skywright/image/convolve.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gmock/gmock.h>

#include "skywright/base/error.h"
#include "skywright/base/random_stream.h"

namespace skywright::image {
namespace {

Image<float> noise(int width, int height, std::int64_t unit) {
  Image<float> out(width, height);
  RandomStream random = RandomStream::for_unit(7, {unit}, "convolve_test");
  random.fill_normal(out.pixels());
  return out;
}

float worst(ImageView<const float> a, ImageView<const float> b) {
  float most = 0.0F;
  for (int y = 0; y < a.height(); ++y)
    for (int x = 0; x < a.width(); ++x) most = std::max(most, std::abs(a(x, y) - b(x, y)));
  return most;
}

class ConvolveSides : public testing::TestWithParam<int> {};

TEST_P(ConvolveSides, EqualsThePlainLoop) {
  // An asymmetric kernel, and a size that no vector length divides.
  const Kernel kernel(noise(GetParam(), GetParam(), GetParam()));
  const Image<float> in = noise(131, 77, 1);
  const Image<float> fast = convolve(in.view(), kernel);
  const Image<float> plain = convolve_reference(in.view(), kernel);
  // Rounding of side^2 terms of unit size, float32.
  EXPECT_LT(worst(fast, plain), 1.2e-7F * 4.0F * static_cast<float>(GetParam() * GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Sides, ConvolveSides, testing::Values(1, 3, 7, 13, 21));

TEST(Convolve, MovesAPointOntoTheKernel) {
  Image<float> point(9, 9);
  point(4, 4) = 1.0F;
  const Kernel kernel(noise(5, 5, 2));
  const Image<float> out = convolve(point.view(), kernel);
  EXPECT_EQ(out(4 - 2, 4 + 1), kernel.weights()(0, 3));
}

TEST(Convolve, GivesTheSameBytesForAnyNumberOfThreads) {
  const Kernel kernel = gaussian_kernel(3.3);
  const Image<float> in = noise(300, 400, 3);
  const Image<float> one = convolve(in.view(), kernel, Execution(1));
  for (const int jobs : {2, 5})
    EXPECT_EQ(worst(one, convolve(in.view(), kernel, Execution(jobs))), 0.0F);
}

TEST(ConvolveSeparable, EqualsTheOuterProduct) {
  const std::vector<float> x = {0.1F, 0.7F, 0.2F};
  const std::vector<float> y = {0.3F, 0.1F, 0.2F, 0.1F, 0.3F};
  Image<float> weights(5, 5);
  for (int j = 0; j < 5; ++j)
    for (int i = 0; i < 3; ++i)
      weights(i + 1, j) = x[static_cast<std::size_t>(i)] * y[static_cast<std::size_t>(j)];
  const Image<float> in = noise(60, 50, 4);
  EXPECT_LT(
      worst(convolve_separable(in.view(), x, y), convolve_reference(in.view(), Kernel(weights))),
      1e-6F);
}

TEST(ConvolveMasked, CarriesVarianceAndSpreadsBits) {
  MaskedImage in(64, 64);
  for (float& v : in.variance.pixels()) v = 4.0F;
  in.mask(30, 30) = bit(MaskPlane::bad) | bit(MaskPlane::detected);
  in.pixels(40, 40) = std::numeric_limits<float>::quiet_NaN();
  const Kernel kernel = gaussian_kernel(2.5, 7);
  const MaskedImage out = convolve(in, kernel, bit(MaskPlane::bad), Execution());
  EXPECT_NEAR(static_cast<double>(out.variance(20, 20)), 4.0 * kernel.sum_of_squares(), 1e-5);
  EXPECT_EQ(out.mask(33, 27), bit(MaskPlane::bad));
  EXPECT_EQ(out.mask(34, 30), 0U);
  EXPECT_EQ(out.mask(30, 30), bit(MaskPlane::bad) | bit(MaskPlane::detected));
  EXPECT_EQ(out.mask(43, 43), bit(MaskPlane::no_data));
  EXPECT_TRUE(std::isfinite(out.pixels(40, 40)));
  EXPECT_EQ(out.mask(2, 30), bit(MaskPlane::edge));
}

TEST(GaussianKernel, HasUnitSumAndItsWidth) {
  const Kernel kernel = gaussian_kernel(4.0, 31);
  double second = 0.0;
  for (int j = 0; j < 31; ++j)
    for (int i = 0; i < 31; ++i)
      second += static_cast<double>(kernel.weights()(i, j)) * (i - 15) * (i - 15);
  EXPECT_NEAR(kernel.sum(), 1.0, 1e-6);
  // A pixel-integrated Gaussian is wider by the pixel's own variance 1/12.
  EXPECT_NEAR(second, 16.0 / (8.0 * std::log(2.0)) + 1.0 / 12.0, 1e-4);
}

TEST(Kernel, RefusesAnEvenSide) { EXPECT_THROW(Kernel(Image<float>(4, 4)), InputError); }

}  // namespace
}  // namespace skywright::image
