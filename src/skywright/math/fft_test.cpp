#include "skywright/math/fft.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <span>
#include <vector>

#include <gtest/gtest.h>

#include "skywright/base/random_stream.h"

namespace skywright::math {
namespace {

TEST(RealFft2d, MatchesTheDefiningSum) {
  const int width = 6;
  const int height = 5;
  std::vector<float> real(static_cast<std::size_t>(width * height));
  RandomStream::for_unit(5, {1}, "fft").fill_normal(real);
  const RealFft2d fft(width, height);
  std::vector<std::complex<float>> spectrum(fft.spectrum_size());
  fft.forward(real, spectrum);
  for (int ky = 0; ky < height; ++ky) {
    for (int kx = 0; kx <= width / 2; ++kx) {
      std::complex<double> sum = 0.0;
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
          const double phase =
              -2.0 * std::numbers::pi *
              (static_cast<double>(kx * x) / width + static_cast<double>(ky * y) / height);
          sum += static_cast<double>(real[static_cast<std::size_t>(y * width + x)]) *
                 std::polar(1.0, phase);
        }
      }
      const auto got = spectrum[static_cast<std::size_t>(ky * (width / 2 + 1) + kx)];
      EXPECT_NEAR(got.real(), sum.real(), 1e-5);
      EXPECT_NEAR(got.imag(), sum.imag(), 1e-5);
    }
  }
}

TEST(RealFft2d, InverseUndoesForward) {
  const RealFft2d fft(64, 30);
  std::vector<float> real(fft.real_size());
  RandomStream::for_unit(5, {2}, "fft").fill_normal(real);
  std::vector<std::complex<float>> spectrum(fft.spectrum_size());
  std::vector<float> back(fft.real_size());
  fft.forward(real, spectrum);
  fft.inverse(spectrum, back);
  for (std::size_t i = 0; i < real.size(); ++i) EXPECT_NEAR(back[i], real[i], 2e-6);
}

// Plans for aligned buffers only would crash on others, or another plan round otherwise.
TEST(RealFft2d, GivesTheSameBytesWhateverTheAlignment) {
  const RealFft2d fft(48, 30);
  std::vector<float> real(fft.real_size() + 1);
  RandomStream::for_unit(5, {2}, "fft").fill_normal(real);
  const std::span<const float> odd = std::span<const float>(real).subspan(1);
  const std::vector<float> even(odd.begin(), odd.end());
  std::vector<std::complex<float>> from_odd(fft.spectrum_size() + 1);
  std::vector<std::complex<float>> from_even(fft.spectrum_size());
  const std::span<std::complex<float>> shifted = std::span(from_odd).subspan(1);
  fft.forward(odd, shifted);
  fft.forward(even, from_even);
  EXPECT_TRUE(std::equal(from_even.begin(), from_even.end(), shifted.begin()));
  std::vector<float> back_odd(fft.real_size() + 1);
  std::vector<float> back_even(fft.real_size());
  fft.inverse(shifted, std::span<float>(back_odd).subspan(1));
  fft.inverse(from_even, back_even);
  EXPECT_TRUE(std::equal(back_even.begin(), back_even.end(), back_odd.begin() + 1));
}

TEST(FastFftSize, HasOnlySmallFactors) {
  EXPECT_EQ(fast_fft_size(1), 1);
  EXPECT_EQ(fast_fft_size(11), 12);
  EXPECT_EQ(fast_fft_size(4096), 4096);
  EXPECT_EQ(fast_fft_size(65), 80);
  EXPECT_EQ(fast_fft_size(315), 320);
  EXPECT_EQ(fast_fft_size(4097), 4320);  // 2^5 3^3 5
}

}  // namespace
}  // namespace skywright::math
