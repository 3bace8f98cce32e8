/// The functions that a matching kernel is built from: Gaussians times polynomials.
#pragma once

#include <vector>

#include "skywright/image/image.h"

namespace skywright::difference {

using image::Image;
using image::ImageView;

/// One width of the basis of Alard & Lupton (1998): exp(-r^2 / 2 sigma^2) x^i y^j, i + j <= degree.
struct GaussianFamily {
  double sigma = 1.0;  ///< [pixel]
  int degree = 2;
};

/// Functions of side 2 half + 1. The first has unit sum, all others sum to zero (Alard 2000, so
/// that the flux scale is one coefficient), each of unit norm but the first.
class KernelBasis {
 public:
  KernelBasis(std::vector<GaussianFamily> families, int half);

  [[nodiscard]] int size() const { return static_cast<int>(terms_.size()); }
  [[nodiscard]] int half() const { return half_; }
  [[nodiscard]] const Image<float>& image(int b) const {
    return images_[static_cast<std::size_t>(b)];
  }

  /// Every function convolved with a patch: `patch` is larger than the results by `half` on each
  /// side. Separable, one pass a factor.
  [[nodiscard]] std::vector<Image<float>> convolved(ImageView<const float> patch) const;

 private:
  struct Term {
    std::size_t along_x = 0;  ///< into profiles_
    std::size_t along_y = 0;
    double scale = 1.0;     ///< of the product
    double of_first = 0.0;  ///< multiple of the first function that is taken off
  };
  int half_;
  std::vector<std::vector<float>> profiles_;
  std::vector<Term> terms_;
  std::vector<Image<float>> images_;
};

/// Families for a kernel that must broaden by `sigma` [pixel].
std::vector<GaussianFamily> families_for(double sigma);

}  // namespace skywright::difference
