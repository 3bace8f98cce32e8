#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "skywright/config/json_text.h"
#include "skywright/simulation/plan_ensemble.h"
#include "skywright/simulation/plan_pages.h"

namespace skywright::simulation {
namespace {

using Json = nlohmann::ordered_json;

const metrics::Metric* find(const std::vector<metrics::Metric>& metrics, const std::string& name) {
  const auto found = std::find_if(metrics.begin(), metrics.end(),
                                  [&](const metrics::Metric& m) { return m.name == name; });
  return found == metrics.end() ? nullptr : &*found;
}

/// Mean and standard deviation (n - 1) of the units that have the metric; no scatter of one.
void add_mean(EnsembleColumn& column, const std::vector<double>& values) {
  if (values.empty()) {
    column.values.emplace_back();
    column.scatter.emplace_back();
    return;
  }
  const auto n = static_cast<double>(values.size());
  double mean = 0.0;
  for (const double v : values) mean += v / n;
  double squares = 0.0;
  for (const double v : values) squares += (v - mean) * (v - mean);
  column.values.emplace_back(mean);
  column.scatter.push_back(values.size() > 1 ? std::optional(std::sqrt(squares / (n - 1.0)))
                                             : std::nullopt);
}

std::string cell(const EnsembleColumn& column, std::size_t row) {
  if (!column.values[row]) return "-";
  std::string text = shown_value(*column.values[row]);
  if (!column.scatter.empty() && column.scatter[row])
    text += " +- " + shown_value(*column.scatter[row]);
  return text;
}

const std::vector<EnsembleColumn>& shown_columns(const EnsembleTable& table) {
  return table.means.empty() ? table.units : table.means;
}

Json values_of(const EnsembleTable& table, const std::vector<std::optional<double>>& values) {
  Json json = Json::object();
  for (std::size_t r = 0; r < table.rows.size(); ++r)
    if (values[r]) json[table.rows[r].name] = *values[r];
  return json;
}

}  // namespace

ExitCode EnsembleReport::code() const {
  return std::all_of(members.begin(), members.end(),
                     [](const EnsembleMember& m) { return m.code == ExitCode::complete; })
             ? ExitCode::complete
             : ExitCode::partial;
}

EnsembleTable EnsembleReport::table() const {
  EnsembleTable table;
  for (const EnsembleMember& member : members)
    for (const metrics::Metric& m : member.metrics)
      if (find(table.rows, m.name) == nullptr) table.rows.push_back(m);
  std::vector<std::string> strategies;
  bool several = false;
  for (const EnsembleMember& member : members) {
    if (std::find(strategies.begin(), strategies.end(), member.strategy) == strategies.end())
      strategies.push_back(member.strategy);
    else
      several = true;
    if (member.metrics.empty()) continue;
    EnsembleColumn column{.label = member.name, .values = {}, .scatter = {}};
    for (const metrics::Metric& row : table.rows) {
      const metrics::Metric* m = find(member.metrics, row.name);
      column.values.push_back(m != nullptr ? std::optional(m->value) : std::nullopt);
    }
    table.units.push_back(std::move(column));
  }
  if (!several) return table;
  for (const std::string& strategy : strategies) {
    EnsembleColumn column{.label = strategy, .values = {}, .scatter = {}};
    for (const metrics::Metric& row : table.rows) {
      std::vector<double> values;
      for (const EnsembleMember& member : members)
        if (member.strategy == strategy)
          if (const metrics::Metric* m = find(member.metrics, row.name)) values.push_back(m->value);
      add_mean(column, values);
    }
    table.means.push_back(std::move(column));
  }
  return table;
}

std::string EnsembleReport::text() const {
  const EnsembleTable table = this->table();
  const auto complete = static_cast<std::size_t>(
      std::count_if(members.begin(), members.end(),
                    [](const EnsembleMember& m) { return m.code == ExitCode::complete; }));
  std::string text = fmt::format("{}: {} of {} surveys of {} nights are complete\n", out.string(),
                                 complete, members.size(), nights);
  const auto& columns = shown_columns(table);
  std::vector<std::size_t> width;
  for (const EnsembleColumn& column : columns) {
    std::size_t w = column.label.size();
    for (std::size_t r = 0; r < table.rows.size(); ++r) w = std::max(w, cell(column, r).size());
    width.push_back(w);
  }
  if (!table.rows.empty()) {
    text += fmt::format("  {:<34}", "");
    for (std::size_t c = 0; c < columns.size(); ++c)
      text += fmt::format("  {:>{}}", columns[c].label, width[c]);
    text += '\n';
  }
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    text += fmt::format("  {:<34}", table.rows[r].name);
    for (std::size_t c = 0; c < columns.size(); ++c)
      text += fmt::format("  {:>{}}", cell(columns[c], r), width[c]);
    text += table.rows[r].unit.empty() ? "\n" : " " + table.rows[r].unit + "\n";
  }
  if (!table.means.empty() && !table.rows.empty())
    text += "mean +- standard deviation over seeds\n";
  for (const EnsembleMember& member : members)
    if (member.code != ExitCode::complete)
      text += fmt::format("{}: exit code {}: {}\n", member.name, static_cast<int>(member.code),
                          member.message);
  for (const std::string& file : files) text += "wrote " + file + "\n";
  return text;
}

std::string EnsembleReport::markdown() const {
  const EnsembleTable table = this->table();
  const auto& columns = shown_columns(table);
  std::string head = "| metric |";
  std::string rule = "|---|";
  for (const EnsembleColumn& column : columns) {
    head += " " + column.label + " |";
    rule += "---|";
  }
  std::string text = head + " unit |\n" + rule + "---|\n";
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    text += "| " + table.rows[r].name + " |";
    for (const EnsembleColumn& column : columns) text += " " + cell(column, r) + " |";
    text += " " + table.rows[r].unit + " |\n";
  }
  return text;
}

std::string EnsembleReport::json() const {
  const EnsembleTable table = this->table();
  Json json;
  json["out"] = out.string();
  json["nights"] = nights;
  json["units"] = Json::array();
  for (const EnsembleMember& member : members) {
    Json row;
    row["name"] = member.name;
    row["strategy"] = member.strategy;
    row["seed"] = member.seed;
    row["code"] = static_cast<int>(member.code);
    row["message"] = member.message;
    row["there_before"] = member.there_before;
    row["seconds"] = member.seconds;
    row["metrics"] = Json::object();
    for (const metrics::Metric& m : member.metrics) row["metrics"][m.name] = m.value;
    json["units"].push_back(std::move(row));
  }
  json["strategies"] = Json::array();
  for (const EnsembleColumn& column : table.means) {
    Json row;
    row["name"] = column.label;
    row["mean"] = values_of(table, column.values);
    row["scatter"] = values_of(table, column.scatter);
    json["strategies"].push_back(std::move(row));
  }
  json["metric_units"] = Json::object();
  for (const metrics::Metric& row : table.rows) json["metric_units"][row.name] = row.unit;
  json["files"] = files;
  return config::json_text(json);
}

}  // namespace skywright::simulation
