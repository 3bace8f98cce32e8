#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "skywright/draw/picture_axes.h"
#include "skywright/draw/plot.h"
#include "skywright/simulation/plan_maps.h"
#include "skywright/simulation/plan_pages.h"

namespace skywright::simulation {
namespace {

using metrics::kBandNames;
using metrics::kBands;

constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

/// A map about `middle`, the colours symmetrical.
void add_difference(std::vector<PlanPicture>& out, std::string name, const std::string& title,
                    const std::string& unit, const std::vector<double>& map, double middle,
                    int order, const Execution& execution) {
  execution.check_stop();
  std::vector<double> off;
  for (const double v : map)
    if (std::isfinite(v)) off.push_back(std::abs(v - middle));
  if (off.empty()) return;
  const double range = std::max(quantiles(off, 0.0, 0.98).high, 1e-3);
  out.push_back({std::move(name), title,
                 sky_picture(map, order,
                             {.title = title,
                              .unit = unit,
                              .low = middle - range,
                              .high = middle + range,
                              .colours = draw::ColourMap::diverging})});
}

std::vector<double> ratio(const std::vector<std::uint32_t>& a,
                          const std::vector<std::uint32_t>& b) {
  std::vector<double> out(a.size());
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = a[i] > 0 && b[i] > 0 ? static_cast<double>(a[i]) / b[i] : kNoValue;
  return out;
}

/// Both schedules' visits in the same colours.
void add_visits(std::vector<PlanPicture>& out, const metrics::SurveyMetrics& first,
                const metrics::SurveyMetrics& second) {
  const auto one = map_values(first.maps.visits, Zero::nothing);
  const auto two = map_values(second.maps.visits, Zero::nothing);
  std::vector<double> both = one;
  both.insert(both.end(), two.begin(), two.end());
  const Ends ends = quantiles(both, 0.02, 0.98);
  const auto add = [&](const char* name, const char* title, const std::vector<double>& map) {
    out.push_back(
        {name, title,
         sky_picture(map, first.maps.order,
                     {.title = title, .unit = "visits", .low = ends.low, .high = ends.high})});
  };
  add("first_visits", "Visits, first", one);
  add("second_visits", "Visits, second", two);
}

/// Outlines of both, each over its own number of visits.
void add_histograms(std::vector<PlanPicture>& out, const char* name, const std::string& title,
                    const std::string& label, const std::vector<float>& first,
                    const std::vector<float>& second, draw::AxisScale scale) {
  const auto finite = [](const std::vector<float>& values) {
    std::vector<double> kept;
    for (const float v : values)
      if (std::isfinite(v)) kept.push_back(v);
    return kept;
  };
  const std::vector<double> one = finite(first);
  const std::vector<double> two = finite(second);
  if (one.empty() || two.empty()) return;
  std::vector<double> both = one;
  both.insert(both.end(), two.begin(), two.end());
  const Ends ends = quantiles(both, 0.0, 0.999);
  draw::Plot plot{
      .title = title, .x = {.label = label}, .y = {.label = "part of visits", .scale = scale}};
  for (const auto& [values, words] : {std::pair{&one, "first"}, std::pair{&two, "second"}}) {
    draw::Series series =
        draw::histogram(*values, ends.low, ends.high * 1.0001, 80, draw::SeriesKind::steps);
    for (double& y : series.y) y /= static_cast<double>(values->size());
    series.label = words;
    plot.series.push_back(std::move(series));
  }
  out.push_back({name, title, draw::to_picture(plot)});
}

}  // namespace

std::vector<PlanPicture> compare_pictures(const metrics::SurveyMetrics& first,
                                          const metrics::SurveyMetrics& second,
                                          const Execution& execution) {
  const metrics::SkyMaps& a = first.maps;
  const metrics::SkyMaps& b = second.maps;
  std::vector<PlanPicture> out;
  add_visits(out, first, second);
  add_difference(out, "ratio_visits", "Visits, first over second", "ratio",
                 ratio(a.visits, b.visits), 1.0, a.order, execution);
  for (std::size_t band = 0; band < kBands; ++band)
    add_difference(out, fmt::format("ratio_visits_{}", kBandNames[band]),
                   fmt::format("Visits in {}, first over second", kBandNames[band]), "ratio",
                   ratio(a.band_visits[band], b.band_visits[band]), 1.0, a.order, execution);
  for (std::size_t band = 0; band < kBands; ++band) {
    const auto& one = a.coadded_depth[band];
    const auto& two = b.coadded_depth[band];
    if (one.empty() || two.empty()) continue;
    std::vector<double> less(one.size());
    for (std::size_t i = 0; i < less.size(); ++i) less[i] = one[i] - two[i];
    add_difference(out, fmt::format("difference_depth_{}", kBandNames[band]),
                   fmt::format("Depth of all visits in {}, first less second", kBandNames[band]),
                   "mag", less, 0.0, a.order, execution);
  }
  execution.check_stop();
  out.push_back(
      {"first_hourglass", "Every night's visits, first", night_hourglass(first.observations)});
  execution.check_stop();
  out.push_back(
      {"second_hourglass", "Every night's visits, second", night_hourglass(second.observations)});
  const metrics::Observations& o = first.observations;
  const metrics::Observations& p = second.observations;
  add_histograms(out, "slew_histogram", "Slew time", "slewTime [s]", o.slew_time, p.slew_time,
                 draw::AxisScale::log);
  add_histograms(out, "airmass_histogram", "Airmass", "airmass", o.airmass, p.airmass,
                 draw::AxisScale::linear);
  add_histograms(out, "seeing_histogram", "Seeing", "seeingFwhmEff [arcsec]", o.seeing_eff,
                 p.seeing_eff, draw::AxisScale::linear);
  return out;
}

}  // namespace skywright::simulation
