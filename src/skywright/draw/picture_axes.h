/// A plot as a picture: axes drawn on a canvas, to put marks between them.
///
///     PictureAxes axes({.title = "Night hourglass", .x = {...}, .y = {...}}, 960, 480);
///     axes.canvas().fill_rectangle(axes.at(x0, y0), axes.at(x1, y1), palette(0));
///     axes.finish();
///     std::string png = encode_png(axes.canvas());
///
/// `to_picture` draws a whole Plot so.
#pragma once

#include <string>
#include <vector>

#include "skywright/draw/canvas.h"
#include "skywright/draw/plot.h"

namespace skywright::draw {

/// What a colour or a line stands for.
struct LegendEntry {
  Colour colour;
  std::string label;
};

class PictureAxes {
 public:
  /// Axes for the plot's series, or for the ends that its axes name; title and grid are drawn.
  PictureAxes(const Plot& plot, int width, int height);

  [[nodiscard]] Canvas& canvas() { return canvas_; }
  /// Where values stand; what lies beyond an axis is moved to its end.
  [[nodiscard]] Point at(double x, double y) const;
  /// Whether the axes show the values.
  [[nodiscard]] bool shows(double x, double y) const;
  /// Ends of the axes on the canvas.
  [[nodiscard]] double left() const { return left_; }
  [[nodiscard]] double right() const { return right_; }
  [[nodiscard]] double top() const { return top_; }
  [[nodiscard]] double bottom() const { return bottom_; }

  /// One line of entries above the axes, at the right.
  void legend(const std::vector<LegendEntry>& entries);
  /// Draw the frame over the marks.
  void finish();

 private:
  [[nodiscard]] double mapped(const Axis& axis, double v, double begin, double end) const;

  Axis x_;  ///< with both ends set
  Axis y_;
  double left_;
  double right_;
  double top_;
  double bottom_;
  Canvas canvas_;
};

/// The plot as a picture of `width` x `height` pixels, without its SVG's style: for files that show
/// a PNG alone.
Canvas to_picture(const Plot& plot, int width = 900, int height = 560);

}  // namespace skywright::draw
