#include "skywright/simulation/plan_metrics.h"

#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "skywright/base/error.h"
#include "skywright/config/json_text.h"
#include "skywright/instrument/instrument.h"
#include "skywright/simulation/plan_pages.h"
#include "skywright/sql/database.h"

namespace skywright::simulation {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLabelsShown = 12;

void add_labels(std::string& out, std::string_view title,
                const std::vector<metrics::LabelCount>& labels, double visits) {
  if (labels.empty()) return;
  out += fmt::format("\n{}\n", title);
  for (std::size_t i = 0; i < labels.size() && i < kLabelsShown; ++i)
    out += fmt::format("  {:<40} {:>9}  {:5.1f} %\n",
                       labels[i].label.empty() ? "(none)" : labels[i].label, labels[i].visits,
                       100.0 * static_cast<double>(labels[i].visits) / visits);
  if (labels.size() > kLabelsShown)
    out += fmt::format("  and {} more\n", labels.size() - kLabelsShown);
}

Json by_label(const std::vector<metrics::LabelCount>& labels) {
  Json json = Json::object();
  for (const metrics::LabelCount& label : labels) json[label.label] = label.visits;
  return json;
}

/// Half the field of view of the telescope that a plan's `info` names, or whose description it
/// holds [deg]; 0 where the file is another program's.
double planned_field_radius(const std::filesystem::path& path) {
  const sql::Database database(path);
  if (!database.has_table("info")) return 0.0;
  try {
    sql::Statement row = database.prepare("SELECT value FROM info WHERE key = 'instrument'");
    if (!row.step()) return 0.0;
    const std::string text = row.text(0);
    const instrument::Instrument telescope =
        text.find('\n') == std::string::npos ? instrument::load_instrument(text)
                                             : instrument::parse_instrument(text, path.string());
    return 0.5 * telescope.telescope.field_of_view.degrees();
  } catch (const Error&) {  // a table `info` that is no plan's of ours
    return 0.0;
  }
}

}  // namespace

table::Table read_observations_table(const std::filesystem::path& path) {
  const sql::Database database(path);
  if (!database.has_table("observations"))
    throw InputError(path.string(), "it has no table `observations`",
                     "give a database of visits in the schema of rubin_sim");
  const table::Table present =
      database.query("SELECT name FROM pragma_table_info('observations') ORDER BY cid");
  std::set<std::string> names;
  for (const std::string& name : present.column<std::string>("name")) names.insert(name);
  std::string columns;
  for (const std::string& name : metrics::wanted_columns())
    if (names.contains(name)) columns += (columns.empty() ? "" : ", ") + sql::quoted_name(name);
  if (columns.empty())
    throw InputError(path.string(), "its table `observations` has none of the columns of visits",
                     "give a database of visits in the schema of rubin_sim");
  table::Table rows = database.query("SELECT " + columns + " FROM observations");
  if (rows.rows() == 0)
    throw InputError(path.string(), "its table `observations` is empty", "plan some visits first");
  return rows;
}

metrics::SurveyMetrics judge_visits(const std::filesystem::path& path,
                                    metrics::MetricsConfig config, const Execution& execution) {
  const table::Table visits = read_observations_table(path);
  if (config.field_radius_deg == 0.0) config.field_radius_deg = planned_field_radius(path);
  return metrics::survey_metrics(visits, config, execution);
}

PlanMetricsReport measure_plan(const PlanMetricsRequest& request, const Execution& execution) {
  metrics::validate(request.config);
  make_plots_folder(request.outputs);
  PlanMetricsReport report;
  report.database = request.database.string();
  report.survey = judge_visits(request.database, request.config, execution);
  report.files = write_plan_pages(report, request.outputs, execution);
  return report;
}

std::string PlanMetricsReport::text() const {
  std::string out = database + "\n";
  for (const metrics::Metric& m : survey.metrics)
    out += fmt::format("  {:<34} {:>12} {}\n", m.name, shown_value(m.value), m.unit);
  const auto visits = static_cast<double>(survey.observations.size());
  add_labels(out, "visits by science program", survey.programs, visits);
  add_labels(out, "visits by kind of scheduler note", survey.schedulers, visits);
  for (const std::string& note : survey.notes) out += "note: " + note + "\n";
  for (const std::string& file : files) out += "wrote " + file + "\n";
  return out;
}

std::string PlanMetricsReport::json() const {
  Json json;
  json["database"] = database;
  Json values = Json::object();
  Json units = Json::object();
  Json definitions = Json::object();
  for (const metrics::Metric& m : survey.metrics) {
    values[m.name] = m.value;
    units[m.name] = m.unit;
    definitions[m.name] = m.definition;
  }
  json["metrics"] = std::move(values);
  json["units"] = std::move(units);
  json["definitions"] = std::move(definitions);
  json["programs"] = by_label(survey.programs);
  json["scheduler_notes"] = by_label(survey.schedulers);
  json["notes"] = survey.notes;
  json["files"] = files;
  return config::json_text(json);
}

}  // namespace skywright::simulation
