#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "skywright/instrument/focal_plane.h"
#include "skywright/instrument/headlines.h"
#include "skywright/pipelines/instrument_report.h"

namespace skywright::pipelines {
namespace {

using draw::Anchor;
using draw::Canvas;
using draw::Colour;
using draw::Point;
using instrument::Detector;
using instrument::Instrument;

constexpr Colour kInk{38, 44, 50};
constexpr Colour kSoft{120, 128, 136};

/// Millimetres of the focal plane onto the picture, +y up.
struct Page {
  double centre_x;
  double centre_y;
  double scale;  ///< [pixel/mm]
  [[nodiscard]] Point operator()(double x_mm, double y_mm) const {
    return {centre_x + scale * x_mm, centre_y - scale * y_mm};
  }
};

Colour lighter(Colour c, double part) {
  const auto mix = [part](std::uint8_t v) {
    return static_cast<std::uint8_t>(std::lround(v + (255.0 - v) * part));
  };
  return {mix(c.red), mix(c.green), mix(c.blue)};
}

void draw_box(Canvas& canvas, const Page& page, const Detector& d, const image::Box& box,
              double width, Colour colour) {
  const image::PixelPosition places[] = {{box.x0 - 0.5, box.y0 - 0.5},
                                         {box.x_end() - 0.5, box.y0 - 0.5},
                                         {box.x_end() - 0.5, box.y_end() - 0.5},
                                         {box.x0 - 0.5, box.y_end() - 0.5}};
  for (std::size_t i = 0; i < 4; ++i) {
    const auto a = focal_plane_at(d, places[i]);
    const auto b = focal_plane_at(d, places[(i + 1) % 4]);
    canvas.line(page(a.x_mm, a.y_mm), page(b.x_mm, b.y_mm), width, colour);
  }
}

void draw_detector(Canvas& canvas, const Page& page, const Detector& d, Colour colour) {
  std::vector<Point> outline;
  for (const instrument::Corner& corner : detector_corners(d))
    outline.push_back(page(corner.x_mm, corner.y_mm));
  canvas.fill_polygon(outline, lighter(colour, 0.72));
  if (d.amplifiers.size() > 1)
    for (const instrument::Amplifier& a : d.amplifiers)
      draw_box(canvas, page, d, a.detector_box, 0.6, lighter(colour, 0.38));
  draw_box(canvas, page, d, {0, 0, d.width, d.height}, 1.3, colour);
}

/// "R22" and "S11" on two lines where the name has two parts and the chip is small.
void name_detector(Canvas& canvas, const Page& page, const Detector& d) {
  const double width = page.scale * d.width * d.pixel_um * 1e-3;
  const Point centre = page(d.x_mm, d.y_mm);
  const std::size_t cut = d.name.find('_');
  const std::string first = cut == std::string::npos ? d.name : d.name.substr(cut + 1);
  const double height =
      std::min(18.0, 0.62 * width * 10.0 / std::max(1.0, Canvas::text_width(first, 10.0)));
  const double shown = std::min(height, width * 0.17);
  if (shown < 4.0) return;
  // Below the middle, clear of the raft's name in the upper corner.
  const double below = cut == std::string::npos ? 0.0 : 0.17 * width;
  canvas.text({centre.x, centre.y + shown / 2 + below}, first,
              {.height = shown, .colour = kInk, .anchor = Anchor::middle});
}

/// Detectors whose names share what stands before "_": a raft.
struct Raft {
  double left = 1e9, right = -1e9, bottom = 1e9, top = -1e9;
};

void draw_rafts(Canvas& canvas, const Page& page, const Instrument& instrument) {
  std::map<std::string, Raft> rafts;
  for (const Detector& d : instrument.camera.detectors) {
    const std::size_t cut = d.name.find('_');
    if (cut == std::string::npos) return;
    Raft& raft = rafts[d.name.substr(0, cut)];
    for (const instrument::Corner& c : detector_corners(d)) {
      raft.left = std::min(raft.left, c.x_mm);
      raft.right = std::max(raft.right, c.x_mm);
      raft.bottom = std::min(raft.bottom, c.y_mm);
      raft.top = std::max(raft.top, c.y_mm);
    }
  }
  for (const auto& [name, r] : rafts) {
    constexpr double kMargin = 0.4;  // [mm] so that the line lies in the gap between rafts
    canvas.rectangle(page(r.left - kMargin, r.bottom - kMargin),
                     page(r.right + kMargin, r.top + kMargin), 2.0, kInk);
    const Point corner = page(r.left, r.top);
    const double height = std::min(15.0, page.scale * 9.0);
    if (height < 5.0) continue;
    const double width = Canvas::text_width(name, height);
    canvas.fill_rectangle({corner.x + 2, corner.y + 2},
                          {corner.x + width + 12, corner.y + height + 11}, draw::kWhite, 0.9);
    canvas.text({corner.x + 7, corner.y + height + 6}, name,
                {.height = height, .colour = kInk, .weight = height * 0.15});
  }
}

void arrow(Canvas& canvas, Point from, Point to, std::string_view name) {
  const double dx = to.x - from.x;
  const double dy = to.y - from.y;
  const double length = std::hypot(dx, dy);
  const double ux = dx / length;
  const double uy = dy / length;
  canvas.line(from, to, 2.0, kInk);
  const Point head[] = {{to.x + 9 * ux, to.y + 9 * uy},
                        {to.x - 3 * ux - 5 * uy, to.y - 3 * uy + 5 * ux},
                        {to.x - 3 * ux + 5 * uy, to.y - 3 * uy - 5 * ux}};
  canvas.fill_polygon(head, kInk);
  canvas.text({to.x + 22 * ux, to.y + 22 * uy + 6}, name,
              {.height = 12.0, .colour = kInk, .anchor = Anchor::middle});
}

/// A bar of a round number of millimetres, with its length on the sky.
void scale_bar(Canvas& canvas, const Page& page, const Instrument& instrument, Point at) {
  const double wanted = 170.0 / page.scale;
  const double power = std::pow(10.0, std::floor(std::log10(wanted)));
  const double mm = wanted / power >= 5.0   ? 5.0 * power
                    : wanted / power >= 2.0 ? 2.0 * power
                                            : power;
  const double arcmin = mm * plate_scale(instrument.telescope) / 60.0;
  const std::string sky = arcmin >= 60.0  ? fmt::format("{:.2f} deg", arcmin / 60.0)
                          : arcmin >= 1.0 ? fmt::format("{:.1f} arcmin", arcmin)
                                          : fmt::format("{:.1f} arcsec", arcmin * 60.0);
  const double length = mm * page.scale;
  canvas.line(at, {at.x + length, at.y}, 2.5, kInk);
  canvas.line({at.x, at.y - 6}, {at.x, at.y + 6}, 2.5, kInk);
  canvas.line({at.x + length, at.y - 6}, {at.x + length, at.y + 6}, 2.5, kInk);
  canvas.text({at.x, at.y - 13}, fmt::format("{:g} mm = {}", mm, sky),
              {.height = 11.0, .colour = kInk});
}

}  // namespace

Canvas focal_plane_picture(const Instrument& instrument, int size) {
  const int side = std::max(size, 400);
  const auto figures = focal_plane_figures(instrument);
  const double field_mm =
      2.0 * field_radius_mm(instrument.telescope, instrument.telescope.field_of_view / 2.0);
  // A field far wider than the chips would leave them too small to see.
  const double chips = std::max(figures.width_mm, figures.height_mm);
  const bool show_field = field_mm > 0.0 && field_mm < 3.0 * chips;
  const double extent = std::max(chips, show_field ? field_mm : 0.0);
  constexpr double kHead = 84.0;
  constexpr double kFoot = 76.0;
  const int height = side + static_cast<int>(kHead + kFoot) - 60;
  Canvas canvas(side, height);
  const Page page{side / 2.0, kHead + (height - kHead - kFoot) / 2.0,
                  std::min(side - 48.0, height - kHead - kFoot) / extent};

  std::map<std::string, std::pair<std::size_t, int>> vendors;
  for (const Detector& d : instrument.camera.detectors)
    ++vendors.try_emplace(d.vendor, vendors.size(), 0).first->second.second;
  for (const Detector& d : instrument.camera.detectors)
    draw_detector(canvas, page, d, draw::palette(vendors.at(d.vendor).first));
  draw_rafts(canvas, page, instrument);
  for (const Detector& d : instrument.camera.detectors) name_detector(canvas, page, d);
  if (show_field) canvas.circle(page(0, 0), field_mm / 2.0 * page.scale, 1.6, kSoft);

  canvas.text({24, 36}, instrument.title.empty() ? instrument.name : instrument.title,
              {.height = 17.0, .colour = kInk});
  double x = 24;
  for (const auto& [vendor, kind] : vendors) {
    const Colour colour = draw::palette(kind.first);
    canvas.fill_rectangle({x, 52}, {x + 16, 68}, lighter(colour, 0.72));
    canvas.rectangle({x, 52}, {x + 16, 68}, 1.5, colour);
    const std::string label =
        fmt::format("{} x {}", kind.second, vendor.empty() ? "detector" : vendor);
    canvas.text({x + 25, 65}, label, {.height = 11.0, .colour = kInk});
    x += 25 + Canvas::text_width(label, 11.0) + 34;
  }
  if (show_field)
    canvas.text({x, 65},
                fmt::format("circle: {:g} deg, {:.0f} mm",
                            instrument.telescope.field_of_view.degrees(), field_mm),
                {.height = 11.0, .colour = kSoft});
  scale_bar(canvas, page, instrument, {24, height - 26.0});
  // Rotation 0: +y is north, +x west (instrument/focal_plane.h).
  const Point origin{side - 60.0, height - 30.0};
  arrow(canvas, origin, {origin.x, origin.y - 44}, "N");
  arrow(canvas, origin, {origin.x - 44, origin.y}, "E");
  return canvas;
}

}  // namespace skywright::pipelines
