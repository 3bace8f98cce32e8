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
  /// kTaps weights for each phase p / kPhases, p from 0 to kPhases, the last being the first of the
  /// next pixel.
  [[nodiscard]] const float* table() const { return table_.data(); }
  /// By lines between the table's phases, within 1e-6. @param fraction in [0, 1)
  [[nodiscard]] std::array<double, kTaps> between_phases(double fraction) const;
  /// From the formula.
  [[nodiscard]] std::array<double, kTaps> exact(double fraction) const;

  static constexpr int kPhases = 2048;

 private:
  WarpKernel kind_;
  int taps_;
  std::vector<float> table_;
};

}  // namespace skywright::warp
