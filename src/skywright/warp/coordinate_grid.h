/// Where the pixels of one image fall in another: exact at nodes, cubic between them.
#pragma once

#include <span>
#include <vector>

#include "skywright/wcs/wcs.h"

namespace skywright::warp {

/// Positions in the `from` image of the pixels of the `to` image, and the ratio of pixel areas.
class CoordinateGrid {
 public:
  /// The step is halved until the error at cell centres is below `tolerance` [pixel], 4 at least.
  CoordinateGrid(const wcs::Wcs& from, const wcs::Wcs& to, int width, int height, double tolerance);

  /// A row's own nodes, between which `positions` interpolates.
  struct RowNodes {
    std::vector<double> x, y;
  };
  [[nodiscard]] RowNodes row_nodes(int y) const;
  /// Positions for pixels x0 .. x0 + size - 1 of a row. NaN where the sky is not seen by `from`.
  void positions(const RowNodes& nodes, int x0, std::span<double> x_from,
                 std::span<double> y_from) const;
  /// Positions for pixels 0 .. size-1 of row y.
  void row(int y, std::span<double> x_from, std::span<double> y_from) const;
  /// Area of a `to` pixel in `from` pixels.
  [[nodiscard]] double area_ratio(double x, double y) const;

  [[nodiscard]] int step() const { return step_; }
  /// Largest error met at cell centres [pixel].
  [[nodiscard]] double error() const { return error_; }

 private:
  void build(const wcs::Wcs& from, const wcs::Wcs& to, int step);
  [[nodiscard]] double measured_error(const wcs::Wcs& from, const wcs::Wcs& to) const;
  [[nodiscard]] wcs::PixelPosition at(double x, double y) const;

  int width_;
  int height_;
  int step_ = 64;
  int columns_ = 0;
  int rows_ = 0;
  double error_ = 0.0;
  std::vector<double> x_;  ///< nodes from (-step, -step), columns_ a row
  std::vector<double> y_;
};

}  // namespace skywright::warp
