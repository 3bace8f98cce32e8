#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "skywright/draw/picture_axes.h"
#include "skywright/draw/plot.h"
#include "skywright/simulation/plan_maps.h"
#include "skywright/simulation/plan_pages.h"

namespace skywright::simulation {
namespace {

using draw::Canvas;
using draw::Plot;
using draw::SeriesKind;
using metrics::kBandNames;
using metrics::kBands;
using metrics::Observations;
using metrics::SkyMaps;

void add_map(std::vector<PlanPicture>& out, std::string name, std::string title, std::string unit,
             const std::vector<double>& map, int order, const Execution& execution) {
  execution.check_stop();
  if (std::none_of(map.begin(), map.end(), [](double v) { return std::isfinite(v); })) return;
  const Ends ends = quantiles(map, 0.02, 0.98);
  out.push_back(
      {std::move(name), title,
       sky_picture(map, order,
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

void add_sky_maps(std::vector<PlanPicture>& out, const metrics::SurveyMetrics& survey,
                  const Execution& execution) {
  const SkyMaps& maps = survey.maps;
  add_map(out, "visits", "Visits, all filters", "visits", map_values(maps.visits, Zero::nothing),
          maps.order, execution);
  for (std::size_t b = 0; b < kBands; ++b)
    add_map(out, fmt::format("visits_{}", kBandNames[b]),
            fmt::format("Visits in {}", kBandNames[b]), "visits",
            map_values(maps.band_visits[b], Zero::nothing), maps.order, execution);
  for (std::size_t b = 0; b < kBands; ++b)
    if (!maps.coadded_depth[b].empty())
      add_map(out, fmt::format("coadded_depth_{}", kBandNames[b]),
              fmt::format("Depth of all visits together in {}", kBandNames[b]), "AB mag",
              map_values(maps.coadded_depth[b], Zero::value), maps.order, execution);
  const auto other = [&](const char* name, const char* title, const char* unit,
                         const std::vector<float>& map) {
    if (!map.empty())
      add_map(out, name, title, unit, map_values(map, Zero::value), maps.order, execution);
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

std::vector<PlanPicture> plan_pictures(const metrics::SurveyMetrics& survey,
                                       const Execution& execution) {
  const Observations& o = survey.observations;
  std::vector<PlanPicture> out;
  add_sky_maps(out, survey, execution);
  execution.check_stop();
  out.push_back({"hourglass", "Every night's visits by filter", night_hourglass(o)});
  execution.check_stop();
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

}  // namespace skywright::simulation
