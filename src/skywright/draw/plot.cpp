#include "skywright/draw/plot.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "skywright/draw/colour.h"
#include "skywright/draw/detail/plot_mapping.h"
#include "skywright/draw/html.h"

namespace skywright::draw {
namespace {

using detail::extent_of;
using detail::is_histogram;
using detail::Mapping;
using detail::tick_labels;
using detail::usable;

constexpr double kLeft = 64.0;
constexpr double kRight = 14.0;
constexpr double kTop = 14.0;
constexpr double kTitle = 20.0;
constexpr double kBottom = 48.0;

std::string series_colour(int index) {
  return fmt::format("var(--series-{}, {})", index % static_cast<int>(kPalette.size()),
                     css(palette(static_cast<std::size_t>(index))));
}

std::string marker(int shape, double x, double y, double r, const std::string& colour) {
  switch (shape % 4) {
    case 0:
      return fmt::format("<circle cx='{:.2f}' cy='{:.2f}' r='{:.2f}' fill='{}'/>", x, y, r, colour);
    case 1:
      return fmt::format("<rect x='{:.2f}' y='{:.2f}' width='{:.2f}' height='{:.2f}' fill='{}'/>",
                         x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8, colour);
    case 2:
      return fmt::format("<path d='M{:.2f} {:.2f}l{:.2f} {:.2f}h{:.2f}z' fill='{}'/>", x,
                         y - r * 1.2, r * 1.1, r * 2.0, -r * 2.2, colour);
    default:
      return fmt::format(
          "<path d='M{:.2f} {:.2f}l{:.2f} {:.2f}l{:.2f} {:.2f}l{:.2f} {:.2f}z' "
          "fill='{}'/>",
          x, y - r * 1.3, r * 1.3, r * 1.3, -r * 1.3, r * 1.3, -r * 1.3, -r * 1.3, colour);
  }
}

std::string text(double x, double y, const char* anchor, const std::string& words,
                 const char* more = "") {
  return fmt::format("<text x='{:.1f}' y='{:.1f}' text-anchor='{}' {}>{}</text>\n", x, y, anchor,
                     more, escape_html(words));
}

struct Frame {
  Mapping x;
  Mapping y;
  double left, right, top, bottom;
};

std::string axes(const Plot& plot, const Frame& f) {
  std::string out;
  const std::vector<double> xs = f.x.ticks(std::max(3, plot.width / 90));
  const std::vector<double> ys = f.y.ticks(std::max(3, plot.height / 60));
  const std::vector<std::string> x_labels = tick_labels(xs);
  const std::vector<std::string> y_labels = tick_labels(ys);
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const double x = f.x(xs[i]);
    out += fmt::format("<path class='grid' d='M{:.1f} {:.1f}V{:.1f}'/>", x, f.top, f.bottom);
    out += text(x, f.bottom + 16, "middle", x_labels[i]);
  }
  for (std::size_t i = 0; i < ys.size(); ++i) {
    const double y = f.y(ys[i]);
    out += fmt::format("<path class='grid' d='M{:.1f} {:.1f}H{:.1f}'/>", f.left, y, f.right);
    out += text(f.left - 7, y + 4, "end", y_labels[i]);
  }
  out += fmt::format("<rect class='frame' x='{:.1f}' y='{:.1f}' width='{:.1f}' height='{:.1f}'/>\n",
                     f.left, f.top, f.right - f.left, f.bottom - f.top);
  out += text((f.left + f.right) / 2, plot.height - 10, "middle", plot.x.label);
  const double middle = (f.top + f.bottom) / 2;
  out += text(15, middle, "middle", plot.y.label,
              fmt::format("transform='rotate(-90 15 {:.1f})'", middle).c_str());
  if (!plot.title.empty())
    out += text(f.left, 17, "start", plot.title, "font-weight='600' font-size='13'");
  return out;
}

/// The outline of a histogram, or of a chain of points; a gap starts a new part.
std::string path_of(const Series& s, const Frame& f) {
  std::string path;
  if (is_histogram(s)) {
    const double floor = f.y.scale() == AxisScale::log ? f.y.low() : 0.0;
    for (std::size_t i = 0; i + 1 < s.x.size() && i < s.y.size(); ++i) {
      const double y = usable(s.y[i], f.y.scale()) ? s.y[i] : floor;
      if (i == 0) path += fmt::format("M{:.2f} {:.2f}", f.x(s.x[0]), f.y(floor));
      path += fmt::format("V{:.2f}H{:.2f}", f.y(y), f.x(s.x[i + 1]));
    }
    if (!path.empty()) path += fmt::format("V{:.2f}", f.y(floor));
    return path;
  }
  bool pen_down = false;
  for (std::size_t i = 0; i < std::min(s.x.size(), s.y.size()); ++i) {
    if (!usable(s.x[i], f.x.scale()) || !usable(s.y[i], f.y.scale())) {
      pen_down = false;
      continue;
    }
    path += fmt::format("{}{:.2f} {:.2f}", pen_down ? "L" : "M", f.x(s.x[i]), f.y(s.y[i]));
    pen_down = true;
  }
  return path;
}

std::string drawn(const Series& s, int index, const Frame& f) {
  const int colour_index = s.colour >= 0 ? s.colour : index;
  const std::string colour = series_colour(colour_index);
  std::string out;
  if (s.kind != SeriesKind::points) {
    const std::string path = path_of(s, f);
    if (!path.empty())
      out += fmt::format(
          "<path d='{}' fill='{}' {}stroke='{}' stroke-width='1.6' "
          "stroke-linejoin='round'{}/>\n",
          path, s.kind == SeriesKind::bars ? colour : "none",
          s.kind == SeriesKind::bars ? "fill-opacity='0.35' " : "", colour,
          s.dashed ? " stroke-dasharray='6 4'" : "");
  }
  if (s.kind != SeriesKind::points && s.kind != SeriesKind::line_points) return out;
  for (std::size_t i = 0; i < std::min(s.x.size(), s.y.size()); ++i) {
    if (!usable(s.x[i], f.x.scale()) || !usable(s.y[i], f.y.scale())) continue;
    if (!f.x.shows(s.x[i])) continue;
    const double x = f.x(s.x[i]);
    if (i < s.y_error.size() && s.y_error[i] > 0.0) {
      const double low = f.y.scale() == AxisScale::log
                             ? std::max(s.y[i] - s.y_error[i], f.y.low() * 1e-2)
                             : s.y[i] - s.y_error[i];
      out += fmt::format("<path d='M{:.2f} {:.2f}V{:.2f}' stroke='{}' stroke-width='1'/>", x,
                         f.y(low), f.y(s.y[i] + s.y_error[i]), colour);
    }
    if (f.y.shows(s.y[i])) out += marker(colour_index, x, f.y(s.y[i]), s.size, colour);
  }
  return out + "\n";
}

std::string rules(const Plot& plot, const Frame& f) {
  std::string out;
  for (const Rule& rule : plot.rules) {
    const bool level = rule.along == Rule::Along::x;
    const Mapping& map = level ? f.y : f.x;
    if (!map.shows(rule.at)) continue;
    const double at = map(rule.at);
    if (level) {
      out += fmt::format("<path class='rule' d='M{:.1f} {:.2f}H{:.1f}'/>", f.left, at, f.right);
      out += text(f.right - 4, at - 4, "end", rule.label, "font-size='11'");
    } else {
      out += fmt::format("<path class='rule' d='M{:.2f} {:.1f}V{:.1f}'/>", at, f.top, f.bottom);
      out += text(at + 4, f.top + 12, "start", rule.label, "font-size='11'");
    }
  }
  return out;
}

std::string legend(const Plot& plot, const Frame& f) {
  std::size_t rows = 0;
  std::size_t longest = 0;
  for (const Series& s : plot.series) {
    rows += !s.label.empty();
    longest = std::max(longest, s.label.size());
  }
  if (rows == 0 || plot.legend == LegendPlace::none) return {};
  const double width = 36.0 + 6.7 * static_cast<double>(longest);
  const double height = 8.0 + 16.0 * static_cast<double>(rows);
  const bool right =
      plot.legend == LegendPlace::upper_right || plot.legend == LegendPlace::lower_right;
  const bool upper =
      plot.legend == LegendPlace::upper_right || plot.legend == LegendPlace::upper_left;
  const double x = right ? f.right - width - 8 : f.left + 8;
  double y = upper ? f.top + 8 : f.bottom - height - 8;
  std::string out = fmt::format(
      "<rect class='legend' x='{:.1f}' y='{:.1f}' width='{:.1f}' height='{:.1f}' rx='3'/>", x, y,
      width, height);
  for (std::size_t i = 0; i < plot.series.size(); ++i) {
    const Series& s = plot.series[i];
    if (s.label.empty()) continue;
    const int index = s.colour >= 0 ? s.colour : static_cast<int>(i);
    const std::string colour = series_colour(index);
    y += 16.0;
    if (s.kind != SeriesKind::points)
      out += fmt::format("<path d='M{:.1f} {:.1f}h18' stroke='{}' stroke-width='2'{}/>", x + 7,
                         y - 4, colour, s.dashed ? " stroke-dasharray='6 4'" : "");
    if (s.kind == SeriesKind::points || s.kind == SeriesKind::line_points)
      out += marker(index, x + 16, y - 4, 3.5, colour);
    out += text(x + 31, y, "start", s.label);
  }
  return out;
}

}  // namespace

std::string to_svg(const Plot& plot) {
  const double left = kLeft;
  const double right = plot.width - kRight;
  const double top = kTop + (plot.title.empty() ? 0.0 : kTitle);
  const double bottom = plot.height - kBottom;
  const bool from_zero = std::any_of(plot.series.begin(), plot.series.end(), is_histogram);
  const Frame frame{Mapping(plot.x, extent_of(plot, true), left, right, false),
                    Mapping(plot.y, extent_of(plot, false), bottom, top, from_zero),
                    left,
                    right,
                    top,
                    bottom};
  // Ids must differ between the plots of one page: the clip's is made from its own corners, so that
  // equal ids clip equally.
  const std::string clip = fmt::format("clip-{}-{}-{:.0f}", plot.width, plot.height, top);
  std::string out = fmt::format(
      "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {0} {1}' width='{0}' height='{1}' "
      "role='img' aria-label='{2}' font-family='system-ui,sans-serif' font-size='12' "
      "fill='currentColor' class='plot'>\n"
      "<style>.plot .grid{{stroke:currentColor;stroke-opacity:.13;fill:none}}"
      ".plot .frame{{stroke:currentColor;stroke-opacity:.55;fill:none}}"
      ".plot .rule{{stroke:currentColor;stroke-opacity:.7;stroke-dasharray:3 3;fill:none}}"
      ".plot .legend{{fill:var(--page,#fff);fill-opacity:.85;stroke:currentColor;"
      "stroke-opacity:.2}}</style>\n"
      "<defs><clipPath id='{3}'><rect x='{4:.1f}' y='{5:.1f}' width='{6:.1f}' height='{7:.1f}'/>"
      "</clipPath></defs>\n",
      plot.width, plot.height, escape_html(plot.title), clip, left, top, right - left,
      bottom - top);
  out += axes(plot, frame);
  out += fmt::format("<g clip-path='url(#{})'>\n", clip);
  for (std::size_t i = 0; i < plot.series.size(); ++i)
    out += drawn(plot.series[i], static_cast<int>(i), frame);
  out += "</g>\n" + rules(plot, frame) + legend(plot, frame) + "</svg>\n";
  return out;
}

}  // namespace skywright::draw
