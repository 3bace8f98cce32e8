#include "skywright/draw/canvas.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numbers>

#include "skywright/draw/detail/stroke_font.h"

namespace skywright::draw {
namespace {

double distance_to_segment(Point p, Point a, Point b) {
  const double dx = b.x - a.x;
  const double dy = b.y - a.y;
  const double length2 = dx * dx + dy * dy;
  const double along =
      length2 > 0.0 ? std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length2, 0.0, 1.0) : 0.0;
  return std::hypot(p.x - a.x - along * dx, p.y - a.y - along * dy);
}

/// Pixels from `low` to `high`, cut to 0 .. size-1, as [first, end).
struct Span {
  int first;
  int end;
};
Span pixels_between(double low, double high, int size) {
  const auto cut = [size](double v) { return static_cast<int>(std::clamp(v, 0.0, double(size))); };
  return {cut(std::floor(low)), cut(std::ceil(high))};
}

/// How much of a pixel at `i` lies within [low, high].
double overlap(int i, double low, double high) {
  return std::clamp(std::min(high, i + 1.0) - std::max(low, double(i)), 0.0, 1.0);
}

}  // namespace

Canvas::Canvas(int width, int height, Colour background)
    : width_(width),
      height_(height),
      rgb_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3) {
  assert(width >= 0 && height >= 0);
  for (std::size_t i = 0; i < rgb_.size(); i += 3) {
    rgb_[i] = background.red;
    rgb_[i + 1] = background.green;
    rgb_[i + 2] = background.blue;
  }
}

Colour Canvas::at(int x, int y) const {
  assert(x >= 0 && x < width_ && y >= 0 && y < height_);
  const auto i = (static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
                  static_cast<std::size_t>(x)) *
                 3;
  return {rgb_[i], rgb_[i + 1], rgb_[i + 2]};
}

void Canvas::set(int x, int y, Colour colour) { blend(x, y, colour, 1.0); }

void Canvas::blend(int x, int y, Colour colour, double opacity) {
  if (x < 0 || x >= width_ || y < 0 || y >= height_ || !(opacity > 0.0)) return;
  const double part = std::min(opacity, 1.0);
  const auto i = (static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) +
                  static_cast<std::size_t>(x)) *
                 3;
  const std::uint8_t to[3] = {colour.red, colour.green, colour.blue};
  for (std::size_t c = 0; c < 3; ++c)
    rgb_[i + c] =
        static_cast<std::uint8_t>(std::lround(rgb_[i + c] + (to[c] - rgb_[i + c]) * part));
}

void Canvas::line(Point from, Point to, double width, Colour colour, double opacity) {
  const Point points[] = {from, to};
  polyline(points, width, colour, opacity);
}

void Canvas::polyline(std::span<const Point> points, double width, Colour colour, double opacity) {
  if (points.empty()) return;
  double left = points[0].x, right = left, top = points[0].y, bottom = top;
  for (const Point& p : points) {
    left = std::min(left, p.x);
    right = std::max(right, p.x);
    top = std::min(top, p.y);
    bottom = std::max(bottom, p.y);
  }
  const double reach = width / 2.0 + 1.0;
  const Span columns = pixels_between(left - reach, right + reach, width_);
  const Span rows = pixels_between(top - reach, bottom + reach, height_);
  if (columns.first >= columns.end || rows.first >= rows.end) return;
  // The nearest segment alone counts, so that joints are not drawn twice; each looks at the pixels
  // about itself.
  const auto across = static_cast<std::size_t>(columns.end - columns.first);
  std::vector<double> nearest(across * static_cast<std::size_t>(rows.end - rows.first),
                              reach + 1.0);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Point& from = points[i == 0 ? 0 : i - 1];
    const Point& to = points[i];
    const Span own_columns =
        pixels_between(std::min(from.x, to.x) - reach, std::max(from.x, to.x) + reach, width_);
    const Span own_rows =
        pixels_between(std::min(from.y, to.y) - reach, std::max(from.y, to.y) + reach, height_);
    for (int y = own_rows.first; y < own_rows.end; ++y)
      for (int x = own_columns.first; x < own_columns.end; ++x) {
        double& best = nearest[static_cast<std::size_t>(y - rows.first) * across +
                               static_cast<std::size_t>(x - columns.first)];
        best = std::min(best, distance_to_segment({x + 0.5, y + 0.5}, from, to));
      }
  }
  // A line thinner than a pixel is a fainter line of one pixel.
  const double full = std::min(width, 1.0);
  for (int y = rows.first; y < rows.end; ++y)
    for (int x = columns.first; x < columns.end; ++x) {
      const double distance = nearest[static_cast<std::size_t>(y - rows.first) * across +
                                      static_cast<std::size_t>(x - columns.first)];
      const double coverage = std::clamp(std::max(width, 1.0) / 2.0 + 0.5 - distance, 0.0, 1.0);
      blend(x, y, colour, opacity * coverage * full);
    }
}

void Canvas::rectangle(Point a, Point b, double width, Colour colour, double opacity) {
  const Point low{std::min(a.x, b.x), std::min(a.y, b.y)};
  const Point high{std::max(a.x, b.x), std::max(a.y, b.y)};
  const double h = width / 2.0;
  fill_rectangle({low.x - h, low.y - h}, {high.x + h, low.y + h}, colour, opacity);
  fill_rectangle({low.x - h, high.y - h}, {high.x + h, high.y + h}, colour, opacity);
  fill_rectangle({low.x - h, low.y + h}, {low.x + h, high.y - h}, colour, opacity);
  fill_rectangle({high.x - h, low.y + h}, {high.x + h, high.y - h}, colour, opacity);
}

void Canvas::fill_rectangle(Point a, Point b, Colour colour, double opacity) {
  const Point low{std::min(a.x, b.x), std::min(a.y, b.y)};
  const Point high{std::max(a.x, b.x), std::max(a.y, b.y)};
  const Span columns = pixels_between(low.x, high.x, width_);
  const Span rows = pixels_between(low.y, high.y, height_);
  for (int y = rows.first; y < rows.end; ++y)
    for (int x = columns.first; x < columns.end; ++x)
      blend(x, y, colour, opacity * overlap(x, low.x, high.x) * overlap(y, low.y, high.y));
}

void Canvas::circle(Point centre, double radius, double width, Colour colour, double opacity) {
  const double reach = radius + width / 2.0 + 1.0;
  const Span columns = pixels_between(centre.x - reach, centre.x + reach, width_);
  const Span rows = pixels_between(centre.y - reach, centre.y + reach, height_);
  for (int y = rows.first; y < rows.end; ++y) {
    for (int x = columns.first; x < columns.end; ++x) {
      const double d = std::abs(std::hypot(x + 0.5 - centre.x, y + 0.5 - centre.y) - radius);
      blend(x, y, colour, opacity * std::clamp(width / 2.0 + 0.5 - d, 0.0, 1.0));
    }
  }
}

void Canvas::disc(Point centre, double radius, Colour colour, double opacity) {
  const Span columns = pixels_between(centre.x - radius - 1, centre.x + radius + 1, width_);
  const Span rows = pixels_between(centre.y - radius - 1, centre.y + radius + 1, height_);
  for (int y = rows.first; y < rows.end; ++y) {
    for (int x = columns.first; x < columns.end; ++x) {
      const double d = std::hypot(x + 0.5 - centre.x, y + 0.5 - centre.y);
      blend(x, y, colour, opacity * std::clamp(radius + 0.5 - d, 0.0, 1.0));
    }
  }
}

void Canvas::fill_polygon(std::span<const Point> corners, Colour colour, double opacity) {
  if (corners.size() < 3) return;
  double left = corners[0].x, right = left, top = corners[0].y, bottom = top;
  for (const Point& p : corners) {
    left = std::min(left, p.x);
    right = std::max(right, p.x);
    top = std::min(top, p.y);
    bottom = std::max(bottom, p.y);
  }
  const auto inside = [&](double x, double y) {
    bool odd = false;
    for (std::size_t i = 0, j = corners.size() - 1; i < corners.size(); j = i++) {
      const Point& a = corners[i];
      const Point& b = corners[j];
      if ((a.y > y) != (b.y > y) && x < (b.x - a.x) * (y - a.y) / (b.y - a.y) + a.x) odd = !odd;
    }
    return odd;
  };
  constexpr int kSamples = 4;  // a side of a pixel: 16 levels of an edge
  const Span columns = pixels_between(left, right, width_);
  const Span rows = pixels_between(top, bottom, height_);
  for (int y = rows.first; y < rows.end; ++y) {
    for (int x = columns.first; x < columns.end; ++x) {
      int hits = 0;
      for (int s = 0; s < kSamples * kSamples; ++s)
        hits += inside(x + (s % kSamples + 0.5) / kSamples, y + (s / kSamples + 0.5) / kSamples);
      blend(x, y, colour, opacity * hits / double(kSamples * kSamples));
    }
  }
}

namespace {

double glyph_width(std::string_view strokes) {
  double width = 0.0;
  for (std::size_t i = 0; i + 1 < strokes.size(); ++i) {
    if (strokes[i] == ' ') continue;
    width = std::max(width, detail::stroke_x(strokes[i]));
    ++i;
  }
  return width;
}

double advance(char c) {
  if (c == ' ') return detail::kBlankWidth + detail::kLetterSpace;
  return glyph_width(detail::strokes_of(c)) + detail::kLetterSpace;
}

}  // namespace

double Canvas::text_width(std::string_view words, double height) {
  double width = words.empty() ? 0.0 : -detail::kLetterSpace;
  for (const char c : words) width += advance(c);
  return width * height / detail::kCapitalHeight;
}

void Canvas::text(Point at, std::string_view words, const TextStyle& style) {
  const double scale = style.height / detail::kCapitalHeight;
  const double weight = style.weight > 0.0 ? style.weight : std::max(0.9, style.height * 0.11);
  const double turn = style.turn_degrees * std::numbers::pi / 180.0;
  const double c = std::cos(turn);
  const double s = std::sin(turn);
  const double width = text_width(words, style.height);
  double pen = style.anchor == Anchor::start    ? 0.0
               : style.anchor == Anchor::middle ? -width / 2.0
                                                : -width;
  std::vector<Point> stroke;
  const auto finish = [&] {
    polyline(stroke, weight, style.colour);
    stroke.clear();
  };
  for (const char letter : words) {
    const std::string_view strokes = detail::strokes_of(letter);
    for (std::size_t i = 0; i + 1 < strokes.size(); ++i) {
      if (strokes[i] == ' ') {
        finish();
        continue;
      }
      const double x = pen + detail::stroke_x(strokes[i]) * scale;
      const double y = detail::stroke_y(strokes[i + 1]) * scale;
      stroke.push_back({at.x + c * x - s * y, at.y - s * x - c * y});
      ++i;
    }
    finish();
    pen += advance(letter) * scale;
  }
}

void Canvas::paste(const Canvas& other, int x0, int y0) {
  for (int y = std::max(0, -y0); y < other.height_ && y + y0 < height_; ++y)
    for (int x = std::max(0, -x0); x < other.width_ && x + x0 < width_; ++x)
      set(x + x0, y + y0, other.at(x, y));
}

Canvas Canvas::magnified(int factor) const {
  assert(factor >= 1);
  Canvas out(width_ * factor, height_ * factor);
  for (int y = 0; y < out.height_; ++y)
    for (int x = 0; x < out.width_; ++x) out.set(x, y, at(x / factor, y / factor));
  return out;
}

}  // namespace skywright::draw
