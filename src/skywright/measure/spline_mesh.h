/// A smooth surface over an image through the values at the centres of square cells.
#pragma once

#include <span>

#include "skywright/image/image.h"

namespace skywright::measure {

/// Natural bicubic spline through one node a cell (cells of `cell` pixels, the last of a row or
/// column cut), linear beyond the outer nodes. Cost of a row: a few ns a pixel.
class SplineMesh {
 public:
  SplineMesh() = default;
  /// @param nodes one value a cell; finite
  SplineMesh(int width, int height, int cell, image::Image<float> nodes);

  [[nodiscard]] int width() const { return width_; }
  [[nodiscard]] int height() const { return height_; }
  [[nodiscard]] int cell() const { return cell_; }
  [[nodiscard]] const image::Image<float>& nodes() const { return nodes_; }
  /// The surface along row y. @param out width values
  void row(int y, std::span<float> out) const;
  [[nodiscard]] double at(double x, double y) const;
  [[nodiscard]] double median() const;

 private:
  int width_ = 0;
  int height_ = 0;
  int cell_ = 1;
  image::Image<float> nodes_;
  image::Image<float> curvature_y_;  ///< second derivatives along y at the nodes
};

}  // namespace skywright::measure
