/// The inner loop of a warp: pixels and variance of a tile of the output under a separable kernel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "skywright/image/masked_image.h"

namespace skywright::warp::detail {

/// Positions of kernels come in whole phases: pixel << kPhaseBits | phase.
constexpr int kPhaseBits = 11;

/// A copy of a part of an input: zeros outside of it and in place of what is not finite, its rows
/// near each other. Rows of an image 4096 wide lie a multiple of 4 KiB apart, and eight of them
/// fight for one set of the cache: a kernel on the image itself takes three times as long.
class Patch {
 public:
  static constexpr int kMostPixels = 80 * 80;

  Patch() : pixels_(kMostPixels), variance_(kMostPixels) {}

  /// @pre box.width * box.height <= kMostPixels
  void copy(const image::MaskedImageView& in, const image::Box& box);

  [[nodiscard]] const image::Box& box() const { return box_; }
  [[nodiscard]] const float* pixels() const { return pixels_.data(); }
  [[nodiscard]] const float* variance() const { return variance_.data(); }

 private:
  image::Box box_;
  std::vector<float> pixels_, variance_;
};

/// Kernels about `count` positions, which are whole eights.
struct Row {
  const std::int32_t* x;
  const std::int32_t* y;
  int count;
};

struct Weights {
  const float* table;  ///< 8 floats a phase, zero beyond `taps`
  int taps;            ///< 2, 6 or 8; the first lies taps / 2 - 1 before the position
};

/// Sums over taps of weights x values, and of squared weights x variance. The order of operations
/// is fixed: the same bytes at any width of vector registers.
/// @pre 8 columns and `taps` rows from each first tap lie within the patch
void resample(const Patch& patch, const Row& row, const Weights& weights, float* pixels,
              float* variance);

}  // namespace skywright::warp::detail
