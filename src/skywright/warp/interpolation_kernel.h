/// One-dimensional interpolation weights by table.
#pragma once

#include <array>
#include <vector>

#include "skywright/warp/warp.h"

namespace skywright::warp {

constexpr int kTaps = 8;  ///< room for the longest kernel; unused taps are zero

/// Weights of the pixels floor(x) - before() ... at a fraction of a pixel, unit sum.
class InterpolationKernel {
 public:
  explicit InterpolationKernel(WarpKernel kind);

  [[nodiscard]] int taps() const { return taps_; }
  [[nodiscard]] int before() const { return taps_ / 2 - 1; }
  /// From the table, the phase rounded to 1/kPhases. @param fraction in [0, 1)
  [[nodiscard]] const float* at(double fraction) const {
    return table_[static_cast<std::size_t>(fraction * kPhases + 0.5)].data();
  }
  [[nodiscard]] const float* squared_at(double fraction) const {
    return squares_[static_cast<std::size_t>(fraction * kPhases + 0.5)].data();
  }
  /// From the formula.
  [[nodiscard]] std::array<double, kTaps> exact(double fraction) const;

  static constexpr int kPhases = 2048;

 private:
  WarpKernel kind_;
  int taps_;
  std::vector<std::array<float, kTaps>> table_;
  std::vector<std::array<float, kTaps>> squares_;
};

}  // namespace skywright::warp
