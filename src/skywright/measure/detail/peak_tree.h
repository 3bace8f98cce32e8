/// The peaks of a footprint that stand out: a tree of the significance's branches.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "skywright/image/image.h"
#include "skywright/measure/deblend.h"
#include "skywright/measure/footprints.h"

namespace skywright::measure::detail {

/// A footprint's pixels as a dense box: values of the significance, with a rim of one pixel that is
/// outside, so that neighbours need no test of the borders.
struct Field {
  image::Box box;
  int width = 0;   ///< of the box
  int height = 0;  ///< likewise
  int stride = 0;
  std::vector<float> value;
  std::vector<std::uint8_t> inside;

  Field(const Footprint& footprint, image::ImageView<const float> significance);
  /// Of a pixel within the box or on its rim.
  [[nodiscard]] std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y + 1) * static_cast<std::size_t>(stride) +
           static_cast<std::size_t>(x + 1);
  }
  [[nodiscard]] int x_of(int pixel) const { return pixel % stride - 1; }
  [[nodiscard]] int y_of(int pixel) const { return pixel / stride - 1; }
  [[nodiscard]] bool holds(int x, int y) const {
    return x >= 0 && y >= 0 && x < width && y < height && inside[index(x, y)] != 0;
  }
  /// From a pixel to the eight around it.
  [[nodiscard]] std::array<int, 8> neighbours() const {
    return {-stride - 1, -stride, -stride + 1, -1, 1, stride - 1, stride, stride + 1};
  }
};

/// Whether one pixel alone is brighter than all around it: nothing is blended then.
bool has_one_peak(const Field& field);

/// Pixels of the field that are sources of their own, the brightest first: peaks that stand above
/// the saddle to a brighter one as the config asks. One at least.
/// @param threshold that a peak reaches
std::vector<int> peaks_that_stand_out(const Field& field, double threshold,
                                      const DeblendConfig& config);

}  // namespace skywright::measure::detail
