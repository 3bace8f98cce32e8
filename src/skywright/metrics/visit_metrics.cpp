#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "skywright/metrics/cadence.h"
#include "skywright/metrics/detail/metric_list.h"

namespace skywright::metrics::detail {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Of the finite values, in the order of visits.
struct Summary {
  double sum = 0.0;
  double mean = kNone;
  double median = kNone;
  double high = kNone;
};

Summary summary(const std::vector<float>& values) {
  std::vector<double> finite;
  Summary s;
  for (const float v : values) {
    if (!std::isfinite(v)) continue;
    finite.push_back(v);
    s.sum += v;
  }
  if (finite.empty()) return s;
  s.mean = s.sum / static_cast<double>(finite.size());
  s.high = *std::max_element(finite.begin(), finite.end());
  s.median = median_of(finite);
  return s;
}

std::vector<float> of_band(const Observations& o, const std::vector<float>& values,
                           std::size_t band) {
  std::vector<float> out;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (o.band[i] == band) out.push_back(values[i]);
  return out;
}

/// Visits and changes of filter of each night with a visit.
struct Nights {
  std::vector<double> visits;
  std::vector<double> changes;
};

Nights nights_of(const Observations& o) {
  Nights out;
  for (std::size_t i = 0; i < o.size(); ++i) {
    if (i == 0 || o.night[i] != o.night[i - 1]) {
      out.visits.push_back(0.0);
      out.changes.push_back(0.0);
    } else if (o.band[i] != o.band[i - 1]) {
      out.changes.back() += 1.0;
    }
    out.visits.back() += 1.0;
  }
  return out;
}

double mean_of(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double v : values) sum += v;
  return values.empty() ? kNone : sum / static_cast<double>(values.size());
}

void add_nights(const Observations& o, MetricList& list) {
  Nights nights = nights_of(o);
  list.add("visits", static_cast<double>(o.size()), "", "rows of the table");
  list.add("nights", static_cast<double>(nights.visits.size()), "", "nights with a visit");
  list.add("span", o.size() == 0 ? kNone : (o.mjd.back() - o.mjd.front()) / 365.25, "yr",
           "from the first visit to the last, in years of 365.25 days");
  list.add("visits_per_night_mean", mean_of(nights.visits), "", "visits over nights with a visit");
  list.add("visits_per_night_median", median_of(nights.visits), "",
           "median of the visits of nights with a visit");
  list.add("filter_changes_per_night_mean", mean_of(nights.changes), "",
           "mean over nights of the visits in another filter than the one before them in that "
           "night; MAF NChangesMetric by night");
  list.add("filter_changes_per_night_median", median_of(nights.changes), "",
           "median over nights of the same");
}

void add_time(const Observations& o, MetricList& list) {
  const Summary exposure = summary(o.exposure);
  const Summary visit = summary(o.visit_time);
  const Summary slew = summary(o.slew_time);
  if (!o.exposure.empty() && !o.visit_time.empty() && !o.slew_time.empty())
    list.add("open_shutter_fraction", exposure.sum / (visit.sum + slew.sum), "",
             "sum of visitExposureTime over the sum of visitTime and slewTime; MAF "
             "OpenShutterFractionMetric");
  if (!o.exposure.empty())
    list.add("exposure_hours", exposure.sum / 3600.0, "h", "sum of visitExposureTime");
  if (!o.slew_time.empty()) {
    list.add("slew_mean", slew.mean, "s", "mean slewTime");
    list.add("slew_median", slew.median, "s", "median slewTime");
    list.add("slew_max", slew.high, "s", "longest slewTime");
  }
  if (!o.slew_distance.empty()) {
    const Summary distance = summary(o.slew_distance);
    list.add("slew_distance_mean", distance.mean, "deg", "mean slewDistance");
    list.add("slew_distance_median", distance.median, "deg", "median slewDistance");
  }
}

void add_bands(const Observations& o, MetricList& list) {
  if (!o.airmass.empty())
    list.add("airmass_median", summary(o.airmass).median, "", "median airmass of all visits");
  const auto each = [&](std::string_view name, const std::vector<float>& values,
                        std::string_view unit, std::string_view what) {
    for (std::size_t b = 0; b < kBands && !values.empty(); ++b)
      list.add(fmt::format("{}_{}", name, kBandNames[b]), summary(of_band(o, values, b)).median,
               unit, fmt::format("median {} of the visits in {}", what, kBandNames[b]));
  };
  for (std::size_t b = 0; b < kBands; ++b)
    list.add(fmt::format("visit_share_{}", kBandNames[b]),
             o.size() == 0 ? kNone
                           : static_cast<double>(std::count(o.band.begin(), o.band.end(), b)) /
                                 static_cast<double>(o.size()),
             "", fmt::format("part of the visits that are in {}", kBandNames[b]));
  each("seeing_eff", o.seeing_eff, "arcsec", "seeingFwhmEff");
  each("sky", o.sky, "mag/arcsec2", "skyBrightness");
  each("depth", o.depth, "mag", "fiveSigmaDepth");
}

}  // namespace

void add_visit_metrics(const Observations& o, MetricList& list) {
  add_nights(o, list);
  add_time(o, list);
  add_bands(o, list);
}

}  // namespace skywright::metrics::detail
