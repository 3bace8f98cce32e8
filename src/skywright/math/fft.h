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

  /// Unnormalised. `real` and `spectrum` do not overlap. Buffers that are not aligned to 16 bytes
  /// (what operator new gives is) are copied first.
  void forward(std::span<const float> real, std::span<std::complex<float>> spectrum) const;
  /// Normalised: inverse(forward(a)) = a. Overwrites `spectrum`.
  void inverse(std::span<std::complex<float>> spectrum, std::span<float> real) const;

 private:
  struct Plans;
  int width_;
  int height_;
  std::shared_ptr<const Plans> plans_;
};

/// A size >= n that FFTW does fast: 2^a 3^b 5^c, a multiple of 4 from 9 on, of 16 from 65 on.
/// Others take up to three times as long a pixel.
int fast_fft_size(int n);

}  // namespace skywright::math
