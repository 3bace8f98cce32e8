#include "skywright/draw/sky_map.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "skywright/draw/detail/plot_mapping.h"

namespace skywright::draw {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kRadian = kPi / 180.0;
constexpr double kText = 10.0;
constexpr double kTitleText = 14.0;
constexpr int kMeridianStep = 60;  // [deg]
constexpr int kParallelStep = 30;
constexpr Colour kGraticule = gray(120);

/// Longitude from `centre` in [-180, 180).
double around(double longitude, double centre) {
  const double d = std::remainder(longitude - centre, 360.0);
  return d >= 180.0 ? d - 360.0 : d;
}

/// The ellipse on the canvas.
struct Globe {
  Point middle;
  double scale;  ///< pixels a unit
  double centre;

  [[nodiscard]] Point at(const LonLat& place) const {
    const Point p = mollweide(place, centre);
    return {middle.x + p.x * scale, middle.y - p.y * scale};
  }
  [[nodiscard]] std::optional<LonLat> place(double x, double y) const {
    return mollweide_inverse({(x - middle.x) / scale, (middle.y - y) / scale}, centre);
  }
};

void draw_line(Canvas& canvas, const Globe& globe, const std::vector<LonLat>& points, double width,
               Colour colour, double opacity) {
  std::vector<Point> chain;
  for (const LonLat& p : points) {
    const Point at = globe.at(p);
    // A step across the back of the sky starts a new part.
    if (!chain.empty() && std::abs(at.x - chain.back().x) > globe.scale) {
      if (chain.size() > 1) canvas.polyline(chain, width, colour, opacity);
      chain.clear();
    }
    chain.push_back(at);
  }
  if (chain.size() > 1) canvas.polyline(chain, width, colour, opacity);
}

void draw_graticule(Canvas& canvas, const Globe& globe) {
  for (int latitude = -60; latitude <= 60; latitude += kParallelStep) {
    std::vector<LonLat> points;
    for (int d = 0; d < 360; ++d)
      points.push_back({globe.centre - 179.99 + d, static_cast<double>(latitude)});
    draw_line(canvas, globe, points, 1.0, kGraticule, 0.5);
    const Point end = globe.at({globe.centre + 179.99, static_cast<double>(latitude)});
    canvas.text({end.x - 6.0, end.y + (latitude > 0 ? 0.0 : kText)},
                latitude == 0 ? std::string("0") : fmt::format("{:+d}", latitude),
                {.height = kText, .anchor = Anchor::end});
  }
  for (int longitude = 0; longitude < 360; longitude += kMeridianStep) {
    std::vector<LonLat> points;
    for (int latitude = -90; latitude <= 90; ++latitude)
      points.push_back({static_cast<double>(longitude), static_cast<double>(latitude)});
    if (std::abs(around(longitude, globe.centre)) < 179.0)
      draw_line(canvas, globe, points, 1.0, kGraticule, 0.5);
    const Point at = globe.at({static_cast<double>(longitude), 0.0});
    const std::string label = fmt::format("{}", longitude);
    const TextStyle style{.height = kText, .colour = kBlack, .anchor = Anchor::middle};
    // A pale ground keeps the figures legible on every colour.
    const double half = 0.5 * Canvas::text_width(label, kText) + 3.0;
    if (std::abs(at.x - globe.middle.x) < 1.9 * globe.scale) {
      canvas.fill_rectangle({at.x - half, at.y - 17.0}, {at.x + half, at.y - 2.0}, kWhite, 0.6);
      canvas.text({at.x, at.y - 5.0}, label, style);
    }
  }
}

void draw_bar(Canvas& canvas, const SkyMapStyle& style, double top) {
  const double left = 0.2 * style.width;
  const double right = 0.8 * style.width;
  const double height = 16.0;
  for (int x = static_cast<int>(left); x < static_cast<int>(right); ++x)
    canvas.fill_rectangle({static_cast<double>(x), top}, {x + 1.0, top + height},
                          mapped_colour(style.colours, (x + 0.5 - left) / (right - left)));
  canvas.rectangle({left, top}, {right, top + height}, 1.2, gray(60));
  if (!(style.low < style.high)) return;
  const std::vector<double> ticks = linear_ticks(style.low, style.high, 6);
  const std::vector<std::string> labels = detail::tick_labels(ticks);
  for (std::size_t i = 0; i < ticks.size(); ++i) {
    const double part = (ticks[i] - style.low) / (style.high - style.low);
    if (part < -1e-9 || part > 1.0 + 1e-9) continue;
    const double x = left + part * (right - left);
    canvas.line({x, top + height}, {x, top + height + 5.0}, 1.2, gray(60));
    canvas.text({x, top + height + 20.0}, labels[i], {.height = kText, .anchor = Anchor::middle});
  }
  canvas.text({right + 14.0, top + 13.0}, style.unit, {.height = kText});
}

}  // namespace

Point mollweide(const LonLat& place, double centre) {
  const double sine = std::sin(place.latitude * kRadian);
  // 2 theta + sin 2 theta = pi sin(latitude), by Newton's method; at the poles it stands still.
  double theta = place.latitude * kRadian;
  for (int i = 0; i < 50; ++i) {
    const double slope = 2.0 + 2.0 * std::cos(2.0 * theta);
    if (slope < 1e-12) break;
    const double step = (2.0 * theta + std::sin(2.0 * theta) - kPi * sine) / slope;
    theta -= step;
    if (std::abs(step) < 1e-12) break;
  }
  theta = std::clamp(theta, -0.5 * kPi, 0.5 * kPi);
  return {-2.0 * around(place.longitude, centre) / 180.0 * std::cos(theta), std::sin(theta)};
}

std::optional<LonLat> mollweide_inverse(const Point& at, double centre) {
  if (at.x * at.x / 4.0 + at.y * at.y > 1.0) return std::nullopt;
  const double theta = std::asin(at.y);
  const double latitude =
      std::asin(std::clamp((2.0 * theta + std::sin(2.0 * theta)) / kPi, -1.0, 1.0)) / kRadian;
  const double across = std::cos(theta);
  const double turned = across > 0.0 ? -at.x / (2.0 * across) * 180.0 : 0.0;
  double longitude = std::fmod(turned + centre, 360.0);
  if (longitude < 0.0) longitude += 360.0;
  return LonLat{longitude < 360.0 ? longitude : 0.0, latitude};
}

Canvas sky_map(const std::function<double(double, double)>& value, const SkyMapStyle& style) {
  const int height = style.width * 6 / 10;
  Canvas canvas(style.width, height);
  const double scale = 0.455 * style.width / 2.0;
  const Globe globe{{0.515 * style.width, 44.0 + scale}, scale, style.centre};
  const int top = static_cast<int>(globe.middle.y - scale);
  for (int y = top; y <= static_cast<int>(globe.middle.y + scale); ++y)
    for (int x = 0; x < style.width; ++x) {
      const auto place = globe.place(x + 0.5, y + 0.5);
      if (!place) continue;
      const double v = value(place->longitude, place->latitude);
      canvas.set(x, y,
                 std::isfinite(v)
                     ? mapped_colour(style.colours, (v - style.low) / (style.high - style.low))
                     : style.missing);
    }
  draw_graticule(canvas, globe);
  double label_x = style.width - 10.0;
  for (const SkyLine& line : style.lines) {
    draw_line(canvas, globe, line.points, 1.6, line.colour, 0.9);
    canvas.text({label_x, 26.0}, line.label,
                {.height = kText, .colour = line.colour, .anchor = Anchor::end});
    label_x -= Canvas::text_width(line.label, kText) + 18.0;
  }
  std::vector<Point> rim;
  for (int d = 0; d <= 360; ++d)
    rim.push_back({globe.middle.x + 2.0 * scale * std::cos(d * kRadian),
                   globe.middle.y + scale * std::sin(d * kRadian)});
  canvas.polyline(rim, 1.6, gray(60));
  canvas.text({16.0, 26.0}, style.title, {.height = kTitleText, .weight = 2.0});
  draw_bar(canvas, style, globe.middle.y + scale + 22.0);
  return canvas;
}

}  // namespace skywright::draw
