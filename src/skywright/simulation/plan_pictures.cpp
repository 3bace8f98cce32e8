#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "skywright/draw/picture_axes.h"
#include "skywright/draw/plot.h"
#include "skywright/draw/sky_map.h"
#include "skywright/simulation/plan_pages.h"
#include "skywright/sphere/frames.h"
#include "skywright/sphere/healpix.h"

namespace skywright::simulation {
namespace {

using draw::Canvas;
using draw::Plot;
using draw::SeriesKind;
using metrics::kBandNames;
using metrics::kBands;
using metrics::Observations;
using metrics::SkyMaps;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
// The sky is turned so that the southern summer's and winter's fields stay whole.
constexpr double kMapCentre = 0.0;

template <class Frame>
draw::SkyLine plane(const sphere::Rotation<Frame, sphere::Icrs>& to_icrs, draw::Colour colour,
                    std::string label) {
  draw::SkyLine line{.colour = colour, .label = std::move(label)};
  for (int d = 0; d <= 360; d += 2) {
    const auto at = to_icrs * sphere::direction<Frame>(sphere::Angle::from_degrees(d), {});
    line.points.push_back({at.longitude().degrees(), at.latitude().degrees()});
  }
  return line;
}

std::vector<draw::SkyLine> planes() {
  return {plane(sphere::icrs_to_galactic().inverse(), {213, 94, 0}, "galactic plane"),
          plane(sphere::icrs_to_ecliptic().inverse(), draw::gray(40), "ecliptic")};
}

struct Ends {
  double low = 0.0;
  double high = 1.0;
};

/// Quantiles of the values that are there.
Ends quantiles(const std::vector<double>& map, double low, double high) {
  std::vector<double> values;
  for (const double v : map)
    if (std::isfinite(v)) values.push_back(v);
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const auto at = [&](double q) {
    return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
  };
  Ends ends{at(low), at(high)};
  if (!(ends.low < ends.high)) ends = {ends.low - 0.5, ends.high + 0.5};
  return ends;
}

/// Counts of zero become nothing, so that the unseen sky stays gray.
template <class T>
std::vector<double> seen_values(const std::vector<T>& map, bool zero_is_none) {
  std::vector<double> out(map.size());
  for (std::size_t i = 0; i < map.size(); ++i) {
    const auto v = static_cast<double>(map[i]);
    out[i] = zero_is_none && v == 0.0 ? kNone : v;
  }
  return out;
}

Canvas map_picture(const std::vector<double>& map, int order, draw::SkyMapStyle style) {
  style.centre = kMapCentre;
  style.lines = planes();
  return draw::sky_map(
      [&](double ra, double dec) {
        return map[static_cast<std::size_t>(
            sphere::healpix::pixel_at(sphere::SkyPosition::from_degrees(ra, dec), order))];
      },
      style);
}

void add_map(std::vector<PlanPicture>& out, std::string name, std::string title, std::string unit,
             const std::vector<double>& map, int order) {
  if (std::none_of(map.begin(), map.end(), [](double v) { return std::isfinite(v); })) return;
  const Ends ends = quantiles(map, 0.02, 0.98);
  out.push_back(
      {std::move(name), title,
       map_picture(map, order,
                   {.title = title, .unit = std::move(unit), .low = ends.low, .high = ends.high})});
}

/// A histogram between quantiles of what there is.
void add_histogram(std::vector<PlanPicture>& out, std::string name, const std::string& title,
                   const std::string& label, const std::vector<float>& values,
                   draw::AxisScale scale) {
  std::vector<double> finite;
  for (const float v : values)
    if (std::isfinite(v)) finite.push_back(v);
  if (finite.empty()) return;
  const Ends ends = quantiles(finite, 0.0, 0.999);
  Plot plot{.title = title, .x = {.label = label}, .y = {.label = "visits", .scale = scale}};
  plot.series.push_back(draw::histogram(finite, ends.low, ends.high * 1.0001, 80));
  if (scale == draw::AxisScale::log) plot.y.low = 0.7;
  out.push_back({std::move(name), title, draw::to_picture(plot)});
}

void add_band_histograms(std::vector<PlanPicture>& out, const Observations& o) {
  if (o.depth.empty()) return;
  std::vector<double> all;
  for (const float v : o.depth)
    if (std::isfinite(v)) all.push_back(v);
  if (all.empty()) return;
  const Ends ends = quantiles(all, 0.001, 0.999);
  Plot plot{.title = "Five-sigma depth of visits",
            .x = {.label = "depth [AB mag]"},
            .y = {.label = "visits"}};
  for (std::size_t b = 0; b < kBands; ++b) {
    std::vector<double> values;
    for (std::size_t i = 0; i < o.size(); ++i)
      if (o.band[i] == b && std::isfinite(o.depth[i])) values.push_back(o.depth[i]);
    if (values.empty()) continue;
    draw::Series series =
        draw::histogram(values, ends.low, ends.high * 1.0001, 80, SeriesKind::steps);
    series.label = kBandNames[b];
    series.colour = static_cast<int>(b);
    plot.series.push_back(std::move(series));
  }
  out.push_back({"visit_depth_histogram", plot.title, draw::to_picture(plot)});
}

void add_cumulative(std::vector<PlanPicture>& out, const Observations& o) {
  Plot plot{.title = "Visits so far",
            .x = {.label = "night"},
            .y = {.label = "visits [thousand]", .low = 0.0}};
  // One point a night and band, at most 2,000 nights apart evenly.
  for (std::size_t b = 0; b < kBands; ++b) {
    draw::Series series{.label = std::string(kBandNames[b]), .colour = static_cast<int>(b)};
    double count = 0.0;
    for (std::size_t i = 0; i < o.size(); ++i) {
      if (o.band[i] == b) count += 1e-3;
      if (i + 1 == o.size() || o.night[i + 1] != o.night[i]) {
        series.x.push_back(o.night[i]);
        series.y.push_back(count);
      }
    }
    plot.series.push_back(std::move(series));
  }
  out.push_back({"cumulative_visits", "Visits of each filter so far", draw::to_picture(plot)});
}

void add_visit_histogram(std::vector<PlanPicture>& out, const SkyMaps& maps) {
  std::vector<double> values;
  for (const std::uint32_t n : maps.full_visits)
    if (n > 0) values.push_back(n);
  if (values.empty()) return;
  const Ends ends = quantiles(values, 0.0, 0.995);
  Plot plot{
      .title = "Area by number of visits", .x = {.label = "visits"}, .y = {.label = "area [deg2]"}};
  draw::Series series = draw::histogram(values, 0.0, ends.high * 1.0001, 80);
  for (double& y : series.y) y *= metrics::pixel_area_deg2(maps.order);
  plot.series.push_back(std::move(series));
  out.push_back({"area_by_visits", "Area that has so many visits", draw::to_picture(plot)});
}

void add_sky_maps(std::vector<PlanPicture>& out, const metrics::SurveyMetrics& survey) {
  const SkyMaps& maps = survey.maps;
  add_map(out, "visits", "Visits, all filters", "visits", seen_values(maps.visits, true),
          maps.order);
  for (std::size_t b = 0; b < kBands; ++b)
    add_map(out, fmt::format("visits_{}", kBandNames[b]),
            fmt::format("Visits in {}", kBandNames[b]), "visits",
            seen_values(maps.band_visits[b], true), maps.order);
  for (std::size_t b = 0; b < kBands; ++b)
    if (!maps.coadded_depth[b].empty())
      add_map(out, fmt::format("coadded_depth_{}", kBandNames[b]),
              fmt::format("Depth of all visits together in {}", kBandNames[b]), "AB mag",
              seen_values(maps.coadded_depth[b], false), maps.order);
  const auto other = [&](const char* name, const char* title, const char* unit,
                         const std::vector<float>& map) {
    if (!map.empty()) add_map(out, name, title, unit, seen_values(map, false), maps.order);
  };
  other("airmass", "Median airmass", "", maps.airmass);
  other("gap_between_nights", "Median gap between nights", "days", maps.between_nights_days);
  other("season_length", "Median length of season", "days", maps.season_days);
  other("parallax_error", "Error of parallax", "mas", maps.parallax_mas);
  other("proper_motion_error", "Error of proper motion", "mas/yr", maps.proper_motion_mas);
  for (std::size_t t = 0; t < maps.found.size(); ++t)
    other(("found_" + survey.transients[t].name).c_str(),
          ("Part found of " + survey.transients[t].name).c_str(), "", maps.found[t]);
}

}  // namespace

std::vector<PlanPicture> plan_pictures(const metrics::SurveyMetrics& survey) {
  const Observations& o = survey.observations;
  std::vector<PlanPicture> out;
  add_sky_maps(out, survey);
  out.push_back({"hourglass", "Every night's visits by filter", night_hourglass(o)});
  add_cumulative(out, o);
  add_visit_histogram(out, survey.maps);
  add_histogram(out, "slew_histogram", "Slew time", "slewTime [s]", o.slew_time,
                draw::AxisScale::log);
  add_histogram(out, "slew_distance_histogram", "Slew distance", "slewDistance [deg]",
                o.slew_distance, draw::AxisScale::log);
  add_histogram(out, "airmass_histogram", "Airmass", "airmass", o.airmass, draw::AxisScale::linear);
  add_histogram(out, "seeing_histogram", "Seeing", "seeingFwhmEff [arcsec]", o.seeing_eff,
                draw::AxisScale::linear);
  add_band_histograms(out, o);
  return out;
}

std::vector<PlanPicture> ratio_pictures(const metrics::SurveyMetrics& first,
                                        const metrics::SurveyMetrics& second) {
  std::vector<PlanPicture> out;
  const auto add = [&](std::string name, const std::string& title, const std::string& unit,
                       const std::vector<double>& map, double middle) {
    std::vector<double> off(map.size());
    std::transform(map.begin(), map.end(), off.begin(),
                   [&](double v) { return std::abs(v - middle); });
    if (std::none_of(map.begin(), map.end(), [](double v) { return std::isfinite(v); })) return;
    const double range = std::max(quantiles(off, 0.0, 0.98).high, 1e-3);
    out.push_back({std::move(name), title,
                   map_picture(map, first.maps.order,
                               {.title = title,
                                .unit = unit,
                                .low = middle - range,
                                .high = middle + range,
                                .colours = draw::ColourMap::diverging})});
  };
  const auto ratio = [](const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
    std::vector<double> r(a.size());
    for (std::size_t i = 0; i < r.size(); ++i)
      r[i] = b[i] > 0 && a[i] > 0 ? static_cast<double>(a[i]) / b[i] : kNone;
    return r;
  };
  add("ratio_visits", "Visits, first over second", "ratio",
      ratio(first.maps.visits, second.maps.visits), 1.0);
  for (std::size_t b = 0; b < kBands; ++b)
    add(fmt::format("ratio_visits_{}", kBandNames[b]),
        fmt::format("Visits in {}, first over second", kBandNames[b]), "ratio",
        ratio(first.maps.band_visits[b], second.maps.band_visits[b]), 1.0);
  for (std::size_t b = 0; b < kBands; ++b) {
    const auto& d1 = first.maps.coadded_depth[b];
    const auto& d2 = second.maps.coadded_depth[b];
    if (d1.empty() || d2.empty()) continue;
    std::vector<double> less(d1.size());
    for (std::size_t i = 0; i < less.size(); ++i) less[i] = d1[i] - d2[i];
    add(fmt::format("difference_depth_{}", kBandNames[b]),
        fmt::format("Depth of all visits in {}, first less second", kBandNames[b]), "mag", less,
        0.0);
  }
  return out;
}

}  // namespace skywright::simulation
