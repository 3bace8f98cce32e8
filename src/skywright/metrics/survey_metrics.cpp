#include "skywright/metrics/survey_metrics.h"

#include <algorithm>

#include <fmt/format.h>

#include "skywright/metrics/detail/metric_list.h"
#include "skywright/metrics/pixel_visits.h"

namespace skywright::metrics {
namespace {

std::vector<LabelCount> counts(const std::vector<std::uint32_t>& index,
                               const std::vector<std::string>& names) {
  std::vector<LabelCount> out;
  for (const std::string& name : names) out.push_back({name, 0});
  for (const std::uint32_t i : index) ++out[i].visits;
  std::stable_sort(out.begin(), out.end(),
                   [](const LabelCount& a, const LabelCount& b) { return a.visits > b.visits; });
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

}  // namespace

const Metric* SurveyMetrics::find(std::string_view name) const {
  const auto at =
      std::find_if(metrics.begin(), metrics.end(), [&](const Metric& m) { return m.name == name; });
  return at == metrics.end() ? nullptr : &*at;
}

SurveyMetrics survey_metrics(const table::Table& table, const MetricsConfig& config,
                             const Execution& execution) {
  validate(config);
  SurveyMetrics out;
  out.observations = read_observations(table);
  const Observations& o = out.observations;
  out.transients = default_transients();
  constexpr double kLsst = 1.75;  // [deg] MAF's HealpixSlicer
  const double radius = config.field_radius_deg > 0.0 ? config.field_radius_deg : kLsst;
  const PixelVisits seen =
      visits_by_pixel(o.ra, o.dec, sphere::Angle::from_degrees(radius), config.order, execution);
  out.maps = make_sky_maps(o, seen, out.transients, config, execution);
  detail::MetricList list;
  detail::add_visit_metrics(o, list);
  detail::add_sky_metrics(out, config, list);
  out.metrics = std::move(list.metrics);
  if (!o.missing_columns.empty())
    out.notes.push_back("the table lacks " + joined(o.missing_columns) +
                        ": what needs them is left out");
  if (!list.without_value.empty())
    out.notes.push_back("without a value in this survey: " + joined(list.without_value));
  out.programs = counts(o.program, o.program_names);
  out.schedulers = counts(o.note, o.note_names);
  return out;
}

}  // namespace skywright::metrics
