/// Two-dimensional real Fourier transforms, float32, by FFTW with ESTIMATE plans (the same bytes on
/// every run). Plans are cached by size and made under a lock; execution is thread-safe.
#pragma once

#include <complex>
#include <cstddef>
#include <memory>
#include <span>

namespace skywright::math {

/// Transforms of height x width real arrays; spectra are height x (width / 2 + 1), row-major.
class RealFft2d {
 public:
  RealFft2d(int width, int height);
  ~RealFft2d();
  RealFft2d(const RealFft2d&) = delete;
  RealFft2d& operator=(const RealFft2d&) = delete;

  [[nodiscard]] int width() const { return width_; }
  [[nodiscard]] int height() const { return height_; }
  [[nodiscard]] std::size_t real_size() const;
  [[nodiscard]] std::size_t spectrum_size() const;

  /// Unnormalised. Buffers may have any alignment; `real` and `spectrum` do not overlap.
  void forward(std::span<const float> real, std::span<std::complex<float>> spectrum) const;
  /// Normalised: inverse(forward(a)) = a. Overwrites `spectrum`.
  void inverse(std::span<std::complex<float>> spectrum, std::span<float> real) const;

 private:
  struct Plans;
  int width_;
  int height_;
  std::shared_ptr<const Plans> plans_;
};

/// The smallest 2^a 3^b 5^c 7^d >= n, which FFTW does fast.
int fast_fft_size(int n);

}  // namespace skywright::math
