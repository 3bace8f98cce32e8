/// A convolution kernel that varies over the image, as images times Chebyshev polynomials.
#pragma once

#include <vector>

#include "skywright/base/execution.h"
#include "skywright/image/box.h"
#include "skywright/image/image.h"

namespace skywright::difference {

using image::Box;
using image::Image;
using image::ImageView;
using image::PixelPosition;

class MatchingKernel {
 public:
  MatchingKernel() = default;
  /// @param coefficients term_count(degree) images of one odd side
  MatchingKernel(const Box& domain, int degree, std::vector<Image<float>> coefficients);

  [[nodiscard]] bool empty() const { return coefficients_.empty(); }
  [[nodiscard]] int side() const { return coefficients_.empty() ? 0 : coefficients_[0].width(); }
  [[nodiscard]] int degree() const { return degree_; }
  [[nodiscard]] const Box& domain() const { return domain_; }
  [[nodiscard]] const std::vector<Image<float>>& coefficients() const { return coefficients_; }

  [[nodiscard]] Image<float> at(PixelPosition where) const;
  [[nodiscard]] double sum_at(PixelPosition where) const;
  /// What each coefficient counts for at a place.
  [[nodiscard]] std::vector<double> terms_at(PixelPosition where) const;

 private:
  Box domain_;
  int degree_ = 0;
  std::vector<Image<float>> coefficients_;
  std::vector<double> sums_;  ///< of each coefficient image
};

/// `in` convolved, the kernel taken as constant within blocks of some 64 pixels (at their centres);
/// outside lies zero. Its gradient over half a block is what is neglected.
Image<float> convolve(ImageView<const float> in, const MatchingKernel& kernel,
                      const Execution& execution);
/// A variance plane convolved with the squared kernel, cut where 99 % of its power lies and scaled
/// to the whole power: right for variances that change little over the cut's outside.
Image<float> convolve_variance(ImageView<const float> in, const MatchingKernel& kernel,
                               const Execution& execution);
/// With one square kernel of odd side everywhere.
Image<float> convolve(ImageView<const float> in, const Image<float>& kernel,
                      const Execution& execution);

/// Half side of the smallest centred square that holds `share` of a kernel's power (sum k^2).
int core_half(const Image<float>& kernel, double share);

}  // namespace skywright::difference
