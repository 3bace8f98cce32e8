/// Direct convolution of images with small kernels.
///
///     const Kernel kernel = gaussian_kernel(3.0);
///     Image<float> smooth = convolve(sky, kernel, execution);
///
/// Outside the image lies zero. A result pixel is sum_ij K(i, j) in(x - i, y - j), i and j counted
/// from the kernel's middle (a true convolution: `flipped()` for a correlation, as a matched filter
/// is). Chunks are rows, so any number of threads gives the same bytes. SIMD by Highway, tested
/// against the plain loop `convolve_reference`.
#pragma once

#include <span>

#include "skywright/base/execution.h"
#include "skywright/image/image.h"
#include "skywright/image/masked_image.h"

namespace skywright::image {

/// A square of weights with an odd side; its middle pixel is the origin.
class Kernel {
 public:
  /// @throws InputError unless square, of odd side and finite
  explicit Kernel(Image<float> weights);

  [[nodiscard]] int side() const { return weights_.width(); }
  [[nodiscard]] int half() const { return weights_.width() / 2; }
  [[nodiscard]] const Image<float>& weights() const { return weights_; }
  [[nodiscard]] double sum() const;
  [[nodiscard]] double sum_of_squares() const;
  /// Each weight squared: what carries variances of independent noise.
  [[nodiscard]] Kernel squared() const;
  /// Turned by 180 degrees.
  [[nodiscard]] Kernel flipped() const;
  /// Times a number.
  [[nodiscard]] Kernel scaled(double factor) const;

 private:
  Image<float> weights_;
};

/// A round Gaussian integrated over pixels, unit sum. @param side odd; 0 takes about 2.6 FWHM
Kernel gaussian_kernel(double fwhm, int side = 0);

/// @pre finite pixels (a NaN spreads over the kernel's size)
Image<float> convolve(ImageView<const float> in, const Kernel& kernel,
                      const Execution& execution = Execution());
/// The same into pixels that exist already. @pre `out` is of the size of `in` and does not overlap
/// it
void convolve(ImageView<const float> in, const Kernel& kernel, ImageView<float> out,
              const Execution& execution);
/// The same by the plainest loop: the oracle of `convolve`.
Image<float> convolve_reference(ImageView<const float> in, const Kernel& kernel);
/// Along rows with `along_x`, then along columns with `along_y`. @pre odd sizes
Image<float> convolve_separable(ImageView<const float> in, std::span<const float> along_x,
                                std::span<const float> along_y,
                                const Execution& execution = Execution());

/// Pixels convolved, variance with the squared weights, mask bits spread over the kernel's size
/// (bits in `spread` only; the others stay where they are). Pixels that are not finite count as
/// zero and spread NO_DATA; pixels nearer the border than half the kernel get EDGE.
MaskedImage convolve(const MaskedImageView& in, const Kernel& kernel, MaskBits spread,
                     const Execution& execution = Execution());

}  // namespace skywright::image
