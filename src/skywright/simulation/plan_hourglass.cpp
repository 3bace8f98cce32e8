#include <algorithm>
#include <cmath>

#include "skywright/draw/picture_axes.h"
#include "skywright/simulation/plan_pages.h"

namespace skywright::simulation {
namespace {

using metrics::Observations;

constexpr int kWidth = 1200;
constexpr int kHeight = 560;
constexpr double kMoonStrip = 10.0;  // height of the Moon's strip [pixel]

/// Hours from local midnight.
double hours_from_midnight(const Observations& o, std::size_t visit) {
  const double local = o.mjd[visit] + o.longitude / 360.0;
  return (local - std::round(local)) * 24.0;
}

draw::Plot axes_of(const Observations& o) {
  double earliest = 24.0;
  double latest = -24.0;
  for (std::size_t i = 0; i < o.size(); ++i) {
    earliest = std::min(earliest, hours_from_midnight(o, i));
    latest = std::max(latest, hours_from_midnight(o, i));
  }
  draw::Plot plot{.title = o.moon_phase.empty() ? "Night hourglass"
                                                : "Night hourglass; below, the Moon's lit part"};
  plot.x = {.label = "night",
            .low = static_cast<double>(o.night.front()),
            .high = static_cast<double>(o.night.back()) + 1.0};
  plot.y = {.label = "hours from local midnight",
            .low = std::floor(earliest),
            .high = std::floor(latest) + 1.0,
            .reversed = true};
  return plot;
}

/// The lit part of the Moon, night by night, at the lower edge: dark at new, pale at full.
void draw_moon(draw::PictureAxes& axes, const Observations& o) {
  for (std::size_t i = 0; i < o.size(); ++i) {
    if (i > 0 && o.night[i] == o.night[i - 1]) continue;
    const double lit = std::clamp(o.moon_phase[i] / 100.0, 0.0, 1.0);
    if (std::isnan(lit)) continue;
    const double from = axes.at(o.night[i], 0.0).x;
    const double to = std::max(axes.at(o.night[i] + 1.0, 0.0).x, from + 1.0);
    axes.canvas().fill_rectangle({from, axes.bottom() - kMoonStrip}, {to, axes.bottom()},
                                 draw::gray(static_cast<std::uint8_t>(30.0 + 220.0 * lit)));
  }
}

}  // namespace

draw::Canvas night_hourglass(const Observations& o) {
  draw::PictureAxes axes(axes_of(o), kWidth, kHeight);
  for (std::size_t i = 0; i < o.size(); ++i) {
    if (o.band[i] == metrics::kOtherBand) continue;
    const double from_hour = hours_from_midnight(o, i);
    const double seconds = o.visit_time.empty() ? 34.0 : o.visit_time[i];
    const draw::Point from = axes.at(o.night[i], from_hour);
    draw::Point to = axes.at(o.night[i] + 1.0, from_hour + (seconds + 5.0) / 3600.0);
    axes.canvas().fill_rectangle(from, to, draw::palette(o.band[i]));
  }
  if (!o.moon_phase.empty()) draw_moon(axes, o);
  std::vector<draw::LegendEntry> entries;
  for (std::size_t b = 0; b < metrics::kBands; ++b)
    entries.push_back({draw::palette(b), std::string(metrics::kBandNames[b])});
  axes.legend(entries);
  axes.finish();
  return std::move(axes.canvas());
}

}  // namespace skywright::simulation
