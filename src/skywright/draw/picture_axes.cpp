#include "skywright/draw/picture_axes.h"

#include <algorithm>
#include <cmath>

#include "skywright/draw/detail/plot_mapping.h"

namespace skywright::draw {
namespace {

constexpr double kText = 10.0;  // height of a capital letter [pixel]
constexpr double kTitleText = 13.0;
constexpr double kLeft = 96.0;
constexpr double kRight = 24.0;
constexpr double kTop = 56.0;
constexpr double kBottom = 62.0;
constexpr Colour kGrid = gray(225);
constexpr Colour kFrame = gray(60);
constexpr Colour kRule = gray(90);

/// The axis with both ends, as the series ask for them.
Axis settled(const Axis& axis, const Plot& plot, bool of_x) {
  const bool from_zero =
      !of_x && std::any_of(plot.series.begin(), plot.series.end(),
                           [](const Series& s) { return detail::is_histogram(s); });
  Axis copy = axis;
  const detail::Mapping map(axis, detail::extent_of(plot, of_x), 0.0, 1.0, from_zero);
  copy.low = map.low();
  copy.high = map.high();
  return copy;
}

detail::Mapping mapping(const Axis& axis, double begin, double end) {
  return detail::Mapping(axis, {.low = axis.low, .high = axis.high}, begin, end, false);
}

void draw_histogram(PictureAxes& axes, const Series& s, Colour colour, double floor) {
  for (std::size_t i = 0; i + 1 < s.x.size() && i < s.y.size(); ++i) {
    const Point low = axes.at(s.x[i], floor);
    const Point high = axes.at(s.x[i + 1], std::max(s.y[i], floor));
    if (s.kind == SeriesKind::bars) axes.canvas().fill_rectangle(low, high, colour, 0.35);
    const double from = i == 0 ? floor : std::max(s.y[i - 1], floor);
    axes.canvas().line(axes.at(s.x[i], from), {low.x, high.y}, 1.8, colour);
    axes.canvas().line({low.x, high.y}, high, 1.8, colour);
    if (i + 1 == s.y.size()) axes.canvas().line(high, {high.x, low.y}, 1.8, colour);
  }
}

void draw_points(PictureAxes& axes, const Series& s, Colour colour) {
  for (std::size_t i = 0; i < std::min(s.x.size(), s.y.size()); ++i) {
    if (!axes.shows(s.x[i], s.y[i])) continue;
    if (i < s.y_error.size() && s.y_error[i] > 0.0)
      axes.canvas().line(axes.at(s.x[i], s.y[i] - s.y_error[i]),
                         axes.at(s.x[i], s.y[i] + s.y_error[i]), 1.2, colour);
    axes.canvas().disc(axes.at(s.x[i], s.y[i]), s.size, colour);
  }
}

void draw_line(PictureAxes& axes, const Series& s, Colour colour) {
  std::vector<Point> chain;
  const auto put_down = [&] {
    if (chain.size() > 1) axes.canvas().polyline(chain, 2.0, colour);
    chain.clear();
  };
  for (std::size_t i = 0; i < std::min(s.x.size(), s.y.size()); ++i) {
    if (std::isfinite(s.x[i]) && std::isfinite(s.y[i]))
      chain.push_back(axes.at(s.x[i], s.y[i]));
    else
      put_down();
  }
  put_down();
}

Colour colour_of(const Series& s, std::size_t index) {
  return palette(s.colour >= 0 ? static_cast<std::size_t>(s.colour) : index);
}

}  // namespace

PictureAxes::PictureAxes(const Plot& plot, int width, int height)
    : x_(settled(plot.x, plot, true)),
      y_(settled(plot.y, plot, false)),
      left_(kLeft),
      right_(width - kRight),
      top_(kTop),
      bottom_(height - kBottom),
      canvas_(width, height) {
  const auto xs = mapping(x_, 0.0, 1.0).ticks(std::max(3, width / 110));
  const auto ys = mapping(y_, 0.0, 1.0).ticks(std::max(3, height / 70));
  const auto x_labels = detail::tick_labels(xs);
  const auto y_labels = detail::tick_labels(ys);
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const double x = mapped(x_, xs[i], left_, right_);
    canvas_.line({x, top_}, {x, bottom_}, 1.0, kGrid);
    canvas_.text({x, bottom_ + 20}, x_labels[i], {.height = kText, .anchor = Anchor::middle});
  }
  for (std::size_t i = 0; i < ys.size(); ++i) {
    const double y = mapped(y_, ys[i], bottom_, top_);
    canvas_.line({left_, y}, {right_, y}, 1.0, kGrid);
    canvas_.text({left_ - 8, y + 0.5 * kText}, y_labels[i],
                 {.height = kText, .anchor = Anchor::end});
  }
  canvas_.text({0.5 * (left_ + right_), height - 16.0}, x_.label,
               {.height = kText, .anchor = Anchor::middle});
  canvas_.text({22.0, 0.5 * (top_ + bottom_)}, y_.label,
               {.height = kText, .anchor = Anchor::middle, .turn_degrees = 90.0});
  canvas_.text({left_, 26.0}, plot.title, {.height = kTitleText, .weight = 2.0});
}

double PictureAxes::mapped(const Axis& axis, double v, double begin, double end) const {
  const double at = mapping(axis, begin, end)(v);
  return std::clamp(at, std::min(begin, end), std::max(begin, end));
}

Point PictureAxes::at(double x, double y) const {
  return {mapped(x_, x, left_, right_), mapped(y_, y, bottom_, top_)};
}

bool PictureAxes::shows(double x, double y) const {
  return x >= x_.low && x <= x_.high && y >= y_.low && y <= y_.high;
}

void PictureAxes::legend(const std::vector<LegendEntry>& entries) {
  double x = right_;
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    x -= Canvas::text_width(entry->label, kText);
    canvas_.text({x, top_ - 10}, entry->label, {.height = kText});
    x -= 20.0;
    canvas_.fill_rectangle({x, top_ - 10 - kText}, {x + 14, top_ - 10}, entry->colour);
    x -= 16.0;
  }
}

void PictureAxes::finish() { canvas_.rectangle({left_, top_}, {right_, bottom_}, 1.4, kFrame); }

Canvas to_picture(const Plot& plot, int width, int height) {
  PictureAxes axes(plot, width, height);
  std::vector<LegendEntry> entries;
  const double floor =
      plot.y.scale == AxisScale::log && !plot.series.empty()
          ? detail::Mapping(plot.y, detail::extent_of(plot, false), 0, 1, true).low()
          : 0.0;
  for (std::size_t i = 0; i < plot.series.size(); ++i) {
    const Series& s = plot.series[i];
    const Colour colour = colour_of(s, i);
    if (detail::is_histogram(s)) draw_histogram(axes, s, colour, floor);
    if (s.kind == SeriesKind::line || s.kind == SeriesKind::line_points) draw_line(axes, s, colour);
    if (s.kind == SeriesKind::points || s.kind == SeriesKind::line_points)
      draw_points(axes, s, colour);
    if (!s.label.empty()) entries.push_back({colour, s.label});
  }
  for (const Rule& rule : plot.rules) {
    const bool level = rule.along == Rule::Along::x;
    const Point at = level ? axes.at(0.0, rule.at) : axes.at(rule.at, 0.0);
    if (level)
      axes.canvas().line({axes.left(), at.y}, {axes.right(), at.y}, 1.2, kRule, 0.8);
    else
      axes.canvas().line({at.x, axes.top()}, {at.x, axes.bottom()}, 1.2, kRule, 0.8);
    axes.canvas().text(level ? Point{axes.right() - 6, at.y - 6} : Point{at.x + 6, axes.top() + 18},
                       rule.label,
                       {.height = kText, .anchor = level ? Anchor::end : Anchor::start});
  }
  axes.legend(entries);
  axes.finish();
  return std::move(axes.canvas());
}

}  // namespace skywright::draw
