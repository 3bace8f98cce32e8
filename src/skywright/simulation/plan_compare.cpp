#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "skywright/base/error.h"
#include "skywright/config/json_text.h"
#include "skywright/simulation/plan_pages.h"

namespace skywright::simulation {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

metrics::SurveyMetrics judged(const std::filesystem::path& database,
                              const metrics::MetricsConfig& config, const Execution& execution) {
  return judge_visits(database, config, execution);
}

ComparedMetric first_of(const metrics::Metric& m) {
  return {.name = m.name, .unit = m.unit, .definition = m.definition, .first = m.value};
}

/// Those of the first in their order, then what only the second has.
void compare_surveys(PlanCompareReport& report, const metrics::SurveyMetrics& first,
                     const metrics::SurveyMetrics& second) {
  for (const metrics::Metric& m : first.metrics) {
    ComparedMetric row = first_of(m);
    if (const metrics::Metric* other = second.find(m.name)) row.second = other->value;
    report.metrics.push_back(std::move(row));
  }
  for (const metrics::Metric& m : second.metrics)
    if (first.find(m.name) == nullptr)
      report.metrics.push_back(
          {.name = m.name, .unit = m.unit, .definition = m.definition, .second = m.value});
  for (const std::string& note : first.notes) report.notes.push_back(report.first + ": " + note);
  for (const std::string& note : second.notes) report.notes.push_back(report.second + ": " + note);
}

void compare_published(PlanCompareReport& report, const metrics::SurveyMetrics& first,
                       const metrics::PublishedBaseline& baseline) {
  report.source = baseline.source;
  for (const metrics::PublishedFigure& figure : baseline.figures) {
    ComparedMetric row{.name = figure.metric};
    if (const metrics::Metric* m = first.find(figure.metric)) row = first_of(*m);
    row.second = figure.value;
    row.relative = figure.relative;
    row.absolute = figure.absolute;
    report.metrics.push_back(std::move(row));
  }
  report.notes = first.notes;
}

std::string cell(const std::optional<double>& value) { return value ? shown_value(*value) : "-"; }

std::string part_text(const ComparedMetric& m) {
  if (!std::isfinite(m.part())) return "-";
  return m.unit.starts_with("mag") ? fmt::format("{:+.3f} mag", m.difference())
                                   : fmt::format("{:+.1f} %", 100.0 * m.part());
}

}  // namespace

double ComparedMetric::difference() const { return first && second ? *first - *second : kNone; }

double ComparedMetric::part() const {
  return second && *second != 0.0 ? difference() / std::abs(*second) : kNone;
}

std::optional<bool> ComparedMetric::agrees() const {
  if (!second || (relative == 0.0 && absolute == 0.0)) return std::nullopt;
  if (!first) return false;
  return std::abs(difference()) <= std::max(relative * std::abs(*second), absolute);
}

PlanCompareReport compare_plans(const PlanCompareRequest& request, const Execution& execution) {
  metrics::validate(request.config);
  if (request.second.empty() == request.published.empty())
    throw ConfigError("plan compare", "it takes two databases, or one and --published NAME",
                      "give one of both");
  make_plots_folder(request.outputs);
  PlanCompareReport report;
  report.first = request.first.string();
  std::vector<PlanPicture> pictures;
  if (request.second.empty()) {
    const metrics::PublishedBaseline baseline = metrics::published_baseline(request.published);
    report.second = baseline.name;
    compare_published(report, judged(request.first, request.config, execution), baseline);
  } else {
    report.second = request.second.string();
    const metrics::SurveyMetrics first = judged(request.first, request.config, execution);
    const metrics::SurveyMetrics second = judged(request.second, request.config, execution);
    compare_surveys(report, first, second);
    if (!request.outputs.plots.empty() || !request.outputs.html.empty())
      pictures = compare_pictures(first, second, execution);
  }
  report.files = write_compare_pages(report, pictures, request.outputs, execution);
  return report;
}

std::string PlanCompareReport::text() const {
  std::string out = fmt::format("{} beside {}\n", first, second);
  if (!source.empty()) out += source + "\n";
  out += fmt::format("  {:<34} {:>12} {:>12} {:>12}\n", "", "first", "second", "difference");
  for (const ComparedMetric& m : metrics) {
    const std::optional<bool> agrees = m.agrees();
    out +=
        fmt::format("  {:<34} {:>12} {:>12} {:>12} {}{}\n", m.name, cell(m.first), cell(m.second),
                    part_text(m), m.unit, !agrees ? "" : (*agrees ? "" : "  beyond what is asked"));
  }
  for (const std::string& note : notes) out += "note: " + note + "\n";
  for (const std::string& file : files) out += "wrote " + file + "\n";
  return out;
}

std::string PlanCompareReport::markdown() const {
  std::string out = fmt::format("| metric | {} | {} | difference | unit |\n|---|---|---|---|---|\n",
                                first, second);
  for (const ComparedMetric& m : metrics)
    out += fmt::format("| {} | {} | {} | {} | {} |\n", m.name, cell(m.first), cell(m.second),
                       part_text(m), m.unit);
  return out;
}

std::string PlanCompareReport::json() const {
  Json json;
  json["first"] = first;
  json["second"] = second;
  if (!source.empty()) json["source"] = source;
  Json rows = Json::object();
  const auto number = [](double v) { return std::isfinite(v) ? Json(v) : Json(nullptr); };
  for (const ComparedMetric& m : metrics) {
    Json row = Json::object();
    row["first"] = m.first ? Json(*m.first) : Json(nullptr);
    row["second"] = m.second ? Json(*m.second) : Json(nullptr);
    row["difference"] = number(m.difference());
    row["part"] = number(m.part());
    row["unit"] = m.unit;
    if (const auto agrees = m.agrees()) row["agrees"] = *agrees;
    rows[m.name] = std::move(row);
  }
  json["metrics"] = std::move(rows);
  json["notes"] = notes;
  json["files"] = files;
  return config::json_text(json);
}

}  // namespace skywright::simulation
