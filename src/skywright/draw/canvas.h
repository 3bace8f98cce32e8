/// A picture in memory: anti-aliased lines, rectangles, circles and text over RGB pixels.
///
///     Canvas canvas(800, 600);
///     canvas.line({10, 10}, {790, 590}, 1.5, palette(0));
///     canvas.text({400, 20}, "R22_S11", {.height = 10, .anchor = Anchor::middle});
///     std::string png = encode_png(canvas);
///
/// Coordinates are pixels from the upper left corner, x to the right and y down; (0, 0) is the
/// corner of the first pixel, whose centre is (0.5, 0.5).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "skywright/draw/colour.h"

namespace skywright::draw {

struct Point {
  double x = 0.0;
  double y = 0.0;
};

enum class Anchor { start, middle, end };

struct TextStyle {
  double height = 10.0;  ///< of a capital letter [pixel]
  Colour colour = kBlack;
  Anchor anchor = Anchor::start;  ///< which part of the text stands at the given x
  double turn_degrees = 0.0;      ///< counterclockwise
  double weight = 0.0;            ///< stroke width [pixel]; 0: from the height
};

class Canvas {
 public:
  Canvas(int width, int height, Colour background = kWhite);

  [[nodiscard]] int width() const { return width_; }
  [[nodiscard]] int height() const { return height_; }
  /// @pre within the canvas
  [[nodiscard]] Colour at(int x, int y) const;
  void set(int x, int y, Colour colour);
  /// Mix `colour` in; what lies outside is ignored.
  void blend(int x, int y, Colour colour, double opacity);

  void line(Point from, Point to, double width, Colour colour, double opacity = 1.0);
  void polyline(std::span<const Point> points, double width, Colour colour, double opacity = 1.0);
  void rectangle(Point corner, Point opposite, double width, Colour colour, double opacity = 1.0);
  void fill_rectangle(Point corner, Point opposite, Colour colour, double opacity = 1.0);
  void circle(Point centre, double radius, double width, Colour colour, double opacity = 1.0);
  void disc(Point centre, double radius, Colour colour, double opacity = 1.0);
  /// A closed polygon that does not cross itself.
  void fill_polygon(std::span<const Point> corners, Colour colour, double opacity = 1.0);
  /// One line of ASCII text; `at` is on its baseline. What has no glyph becomes a box.
  void text(Point at, std::string_view words, const TextStyle& style);
  /// Width that `text` takes [pixel].
  static double text_width(std::string_view words, double height);

  /// Copy another picture in, its upper left pixel at (x, y); what lies outside is cut.
  void paste(const Canvas& other, int x, int y);
  /// Every pixel as a square of `factor` x `factor`.
  [[nodiscard]] Canvas magnified(int factor) const;

  /// Red, green, blue; rows from the top.
  [[nodiscard]] std::span<const std::uint8_t> rgb() const { return rgb_; }

 private:
  int width_;
  int height_;
  std::vector<std::uint8_t> rgb_;
};

}  // namespace skywright::draw
