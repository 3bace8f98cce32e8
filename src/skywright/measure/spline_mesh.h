/// A smooth surface over an image through the values at the centres of square cells.
#pragma once

#include <span>

#include "skywright/image/image.h"

namespace skywright::measure {

/// Natural bicubic spline through one node a cell, linear beyond the outer nodes. Cells share the
/// image evenly: cell i of n covers columns i * width / n (floor) to (i + 1) * width / n - 1.
class SplineMesh {
 public:
  SplineMesh() = default;
  /// @param nodes one value a cell; finite
  SplineMesh(int width, int height, image::Image<float> nodes);
  /// The same value everywhere.
  static SplineMesh constant(int width, int height, float value);

  [[nodiscard]] int width() const { return width_; }
  [[nodiscard]] int height() const { return height_; }
  [[nodiscard]] const image::Image<float>& nodes() const { return nodes_; }
  /// The surface along row y. @param out width values
  void row(int y, std::span<float> out) const;
  [[nodiscard]] double at(double x, double y) const;
  [[nodiscard]] double median() const;

 private:
  int width_ = 0;
  int height_ = 0;
  image::Image<float> nodes_;
  image::Image<float> curvature_y_;  ///< second derivatives along y at the nodes
};

/// Cells of about `cell` pixels along an axis of `size`: at least one.
int cell_count(int size, int cell);
/// The pixels of cell i of `count` along an axis of `size`: [begin, end).
struct CellRange {
  int begin = 0;
  int end = 0;
};
CellRange cell_range(int size, int count, int i);

}  // namespace skywright::measure
