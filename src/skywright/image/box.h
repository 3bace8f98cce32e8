/// Integer rectangles of pixels, half open: columns x0 .. x0+width-1, rows y0 .. y0+height-1.
#pragma once

#include <algorithm>

namespace skywright::image {

/// A place in an image [pixel]; (0, 0) is the centre of the first pixel in memory.
struct PixelPosition {
  double x = 0.0;
  double y = 0.0;
};

struct Box {
  int x0 = 0;
  int y0 = 0;
  int width = 0;
  int height = 0;

  [[nodiscard]] constexpr int x_end() const { return x0 + width; }
  [[nodiscard]] constexpr int y_end() const { return y0 + height; }
  [[nodiscard]] constexpr bool empty() const { return width <= 0 || height <= 0; }
  [[nodiscard]] constexpr bool contains(int x, int y) const {
    return x >= x0 && x < x_end() && y >= y0 && y < y_end();
  }
  [[nodiscard]] constexpr bool contains(const Box& other) const {
    return other.x0 >= x0 && other.x_end() <= x_end() && other.y0 >= y0 && other.y_end() <= y_end();
  }
  /// The pixels that both cover; empty (width or height 0) where they do not meet.
  [[nodiscard]] constexpr Box intersection(const Box& other) const {
    const int left = std::max(x0, other.x0);
    const int bottom = std::max(y0, other.y0);
    return {left, bottom, std::max(0, std::min(x_end(), other.x_end()) - left),
            std::max(0, std::min(y_end(), other.y_end()) - bottom)};
  }
  [[nodiscard]] constexpr Box grown(int margin) const {
    return {x0 - margin, y0 - margin, width + 2 * margin, height + 2 * margin};
  }
  [[nodiscard]] constexpr Box shifted(int dx, int dy) const {
    return {x0 + dx, y0 + dy, width, height};
  }

  friend constexpr bool operator==(const Box&, const Box&) = default;
};

/// The square of side 2 half + 1 around the pixel (x, y).
constexpr Box square_around(int x, int y, int half) {
  return {x - half, y - half, 2 * half + 1, 2 * half + 1};
}

}  // namespace skywright::image
