/// Local quantities of van Dokkum's (2001) edge detection, in closed form.
#pragma once

#include <algorithm>
#include <array>

#include "skywright/image/image.h"

namespace skywright::detrend::detail {

/// Half the positive Laplacian of the twice subsampled image, averaged back to the pixel: of a
/// lone bright pixel its height. Of the four quarter pixels each has two neighbours inside the
/// pixel and one in each adjoining pixel.
inline float positive_laplacian(float centre, float left, float right, float down, float up) {
  const float l = centre - left;
  const float r = centre - right;
  const float d = centre - down;
  const float u = centre - up;
  const float sum =
      std::max(0.0F, l + d) + std::max(0.0F, r + d) + std::max(0.0F, l + u) + std::max(0.0F, r + u);
  return 0.125F * sum;
}

/// Local statistics around a pixel; pixels beyond the edge repeat the edge.
class Neighbourhood {
 public:
  explicit Neighbourhood(image::ImageView<const float> pixels) : pixels_(pixels) {}

  [[nodiscard]] float at(int x, int y) const {
    return pixels_(std::clamp(x, 0, pixels_.width() - 1), std::clamp(y, 0, pixels_.height() - 1));
  }
  [[nodiscard]] float laplacian(int x, int y) const {
    return positive_laplacian(at(x, y), at(x - 1, y), at(x + 1, y), at(x, y - 1), at(x, y + 1));
  }
  template <int Half>
  [[nodiscard]] float median(int x, int y) const {
    constexpr int kSide = 2 * Half + 1;
    std::array<float, kSide * kSide> v;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    std::size_t n = 0;
    for (int j = y - Half; j <= y + Half; ++j)
      for (int i = x - Half; i <= x + Half; ++i) v[n++] = at(i, j);
    std::nth_element(v.begin(), v.begin() + kSide * kSide / 2, v.end());
    return v[kSide * kSide / 2];
  }
  [[nodiscard]] float median_laplacian(int x, int y) const {
    std::array<float, 25> v;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    std::size_t n = 0;
    for (int j = y - 2; j <= y + 2; ++j)
      for (int i = x - 2; i <= x + 2; ++i) v[n++] = laplacian(i, j);
    std::nth_element(v.begin(), v.begin() + 12, v.end());
    return v[12];
  }
  /// The 3x3 median less its own 7x7 median.
  [[nodiscard]] float fine_structure(int x, int y) const {
    std::array<float, 49> v;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    std::size_t n = 0;
    for (int j = y - 3; j <= y + 3; ++j)
      for (int i = x - 3; i <= x + 3; ++i) v[n++] = median<1>(i, j);
    const float centre = v[24];
    std::nth_element(v.begin(), v.begin() + 24, v.end());
    return centre - v[24];
  }

 private:
  image::ImageView<const float> pixels_;
};

}  // namespace skywright::detrend::detail
