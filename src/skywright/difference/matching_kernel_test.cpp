#include "skywright/difference/matching_kernel.h"

#include <cmath>

#include <gtest/gtest.h>

#include "skywright/base/random_stream.h"
#include "skywright/image/convolve.h"

namespace skywright::difference {
namespace {

Image<float> noise(int width, int height, const char* name) {
  Image<float> out(width, height);
  auto random = RandomStream::for_unit(4, {}, name);
  random.fill_normal(out.pixels());
  return out;
}

/// A lopsided Gaussian of unit sum, so that a kernel turned round would be seen.
Image<float> lopsided(int side) {
  Image<float> out(side, side);
  double sum = 0.0;
  const double scale = side / 6.0;
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const double u = (x - side / 2) / scale;
      const double v = (y - side / 2) / scale;
      out(x, y) =
          static_cast<float>((1.0 + 0.3 * u - 0.2 * u * v) * std::exp(-0.5 * (u * u + v * v)));
      sum += static_cast<double>(out(x, y));
    }
  }
  for (float& v : out.pixels()) v /= static_cast<float>(sum);
  return out;
}

/// To rounding of single precision, 6e-8, of `peak`, the brightest pixel's light under the kernel's
/// peak, times what some twenty stages of a transform add up to.
void expect_near(const Image<float>& found, const Image<float>& expected, float peak) {
  double worst = 0.0;
  for (std::size_t i = 0; i < found.size(); ++i)
    worst = std::max(worst, std::abs(static_cast<double>(found.pixels()[i]) -
                                     static_cast<double>(expected.pixels()[i])));
  EXPECT_LT(worst, 6e-8 * 20.0 * std::max(static_cast<double>(peak), 1.0));
}

TEST(ConvolveWithOneKernel, EqualsItsPlainTwinDirectlyAndByFourierTransforms) {
  // A width beyond a tile of the Fourier plane, and a bright pixel at a tile's edge.
  Image<float> in = noise(700, 530, "convolve");
  in(480, 200) = 1e5F;
  for (const int side : {9, 17, 41}) {
    SCOPED_TRACE(side);
    const Image<float> kernel = lopsided(side);
    const Image<float> expected =
        image::convolve_reference(in, image::Kernel(Image<float>(kernel)));
    const Image<float> found = convolve(in, kernel, Execution(2));
    expect_near(found, expected, 1e5F * kernel(side / 2, side / 2));
  }
}

TEST(ConvolveWithVaryingKernel, EqualsOneKernelWhereNothingVaries) {
  Image<float> in = noise(300, 210, "varying");
  in(63, 65) = 1e5F;
  for (const int side : {9, 13, 25}) {
    SCOPED_TRACE(side);
    const Image<float> kernel = lopsided(side);
    std::vector<Image<float>> coefficients(3, Image<float>(side, side));
    coefficients[0] = kernel;
    const Image<float> found =
        convolve(in, MatchingKernel(in.box(), 1, std::move(coefficients)), Execution(2));
    const Image<float> expected =
        image::convolve_reference(in, image::Kernel(Image<float>(kernel)));
    expect_near(found, expected, 1e5F * kernel(side / 2, side / 2));
  }
}

TEST(ConvolveWithVaryingKernel, FollowsTheKernelsSumAcrossTheImage) {
  const Image<float> in(300, 210, 1.0F);
  for (const int side : {9, 25}) {
    std::vector<Image<float>> coefficients(3, lopsided(side));
    for (float& v : coefficients[1].pixels()) v *= 0.5F;
    for (float& v : coefficients[2].pixels()) v *= -0.25F;
    const MatchingKernel kernel(in.box(), 1, std::move(coefficients));
    const Image<float> found = convolve(in, kernel, Execution());
    // A block spans at most 72 pixels: half of it is a quarter of the field's half in x, a third in
    // y.
    const double bound = 0.5 * 36.0 / 149.5 + 0.25 * 36.0 / 104.5 + 1e-5;
    for (int y = side; y < in.height() - side; ++y)
      for (int x = side; x < in.width() - side; ++x)
        ASSERT_NEAR(found(x, y), kernel.sum_at({1.0 * x, 1.0 * y}), bound) << x << " " << y;
  }
}

TEST(MatchingKernel, KnowsItsSumAtEveryPlace) {
  std::vector<Image<float>> coefficients;
  for (int t = 0; t < 6; ++t) coefficients.push_back(noise(11, 11, "sum"));
  const MatchingKernel kernel({0, 0, 400, 300}, 2, std::move(coefficients));
  for (const image::PixelPosition at : {image::PixelPosition{0.0, 0.0}, {123.0, 250.5}}) {
    double sum = 0.0;
    const Image<float> image = kernel.at(at);
    for (const float v : image.pixels()) sum += static_cast<double>(v);
    EXPECT_NEAR(kernel.sum_at(at), sum, 1e-4);
  }
}

}  // namespace
}  // namespace skywright::difference
