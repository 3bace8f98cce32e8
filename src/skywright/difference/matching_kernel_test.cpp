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

TEST(ConvolveWithOneKernel, EqualsItsPlainTwinDirectlyAndByFourierTransforms) {
  // A width beyond a tile of the Fourier plane, and a bright pixel at a tile's edge.
  Image<float> in = noise(700, 530, "convolve");
  in(480, 200) = 1e5F;
  for (const int side : {9, 17, 41}) {
    const Image<float> kernel = lopsided(side);
    const Image<float> expected =
        image::convolve_reference(in, image::Kernel(Image<float>(kernel)));
    const Image<float> found = convolve(in, kernel, Execution(2));
    // Rounding of single precision, 6e-8, of the brightest pixel's light under the kernel's peak,
    // times what some twenty stages of a transform add up to.
    const double peak = 1e5 * static_cast<double>(kernel(side / 2, side / 2));
    double worst = 0.0;
    for (std::size_t i = 0; i < found.size(); ++i)
      worst = std::max(worst, std::abs(static_cast<double>(found.pixels()[i]) -
                                       static_cast<double>(expected.pixels()[i])));
    EXPECT_LT(worst, 6e-8 * 20.0 * std::max(peak, 1.0)) << side;
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
