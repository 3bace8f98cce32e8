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

 private:
  Box domain_;
  int degree_ = 0;
  std::vector<Image<float>> coefficients_;
};

}  // namespace skywright::difference
