#include "skywright/simulation/ensemble_unit.h"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "skywright/base/hash.h"
#include "skywright/config/toml_config.h"
#include "skywright/io/atomic_file.h"
#include "skywright/io/file_lock.h"
#include "skywright/io/table_files.h"
#include "skywright/simulation/plan_maps.h"
#include "skywright/simulation/plan_metrics.h"

namespace skywright::simulation {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

fs::path metrics_file(const EnsembleUnit& unit) { return unit.folder() / "metrics.json"; }
/// Two launches on one folder do each unit once.
fs::path lock_file(const EnsembleUnit& unit) { return unit.folder() / ".lock"; }
fs::path maps_file(const EnsembleUnit& unit) { return unit.folder() / "maps.fits"; }

/// What metrics.json is of: these visits, judged so.
std::string judged_key(const EnsembleUnit& unit) {
  return fmt::format("{}-{:016x}", plan_key(unit.plan),
                     text_hash(config::to_toml(unit.metrics) + unit.plan.version));
}

bool is_judged(const EnsembleUnit& unit) {
  if (!fs::exists(metrics_file(unit)) || !fs::exists(maps_file(unit)) ||
      !fs::exists(unit.folder() / "plots" / "index.html"))
    return false;
  const Json json = Json::parse(io::read_whole_file(metrics_file(unit)), nullptr, false);
  return json.is_object() && json.value("of", "") == judged_key(unit);
}

std::vector<float> floats(const std::vector<double>& values) {
  return {values.begin(), values.end()};
}

/// A row a pixel, HEALPix NESTED.
table::Table maps_table(const metrics::SkyMaps& maps) {
  table::Table table;
  table.metadata["PIXTYPE"] = "HEALPIX";
  table.metadata["ORDERING"] = "NESTED";
  table.add("visits", "", "in all filters", floats(map_values(maps.visits, Zero::nothing)));
  for (std::size_t b = 0; b < metrics::kBands; ++b) {
    const std::string band(metrics::kBandNames[b]);
    table.add("visits_" + band, "", "in " + band,
              floats(map_values(maps.band_visits[b], Zero::nothing)));
    if (!maps.coadded_depth[b].empty())
      table.add("coadded_depth_" + band, "mag", "five sigma, all visits", maps.coadded_depth[b]);
  }
  if (!maps.between_nights_days.empty())
    table.add("gap_between_nights", "d", "median", maps.between_nights_days);
  return table;
}

}  // namespace

PlanState unit_state(const EnsembleUnit& unit) {
  try {
    if (fs::exists(unit.plan.out)) return plan_state(unit.plan);
    PlanRequest partial = unit.plan;
    partial.out += ".partial";
    PlanState state = plan_state(partial);
    state.whole = false;
    return state;
  } catch (const Error&) {
    return {};
  }
}

void plan_unit(const EnsembleUnit& unit, const Execution& execution) {
  std::error_code error;
  fs::create_directories(unit.folder(), error);
  if (error)
    throw StorageError(unit.folder().string(), "the folder cannot be made: " + error.message(),
                       "name another place, or remove what is in its way");
  const io::FileLock mine(lock_file(unit), execution);
  const PlanState done = plan_state(unit.plan);
  const auto total = static_cast<std::size_t>(unit.plan.survey.nights);
  if (done.whole) return execution.report("nights", total, total);
  PlanRequest request = unit.plan;
  if (done.nights_done > 0) {
    request.from = unit.plan.out;
    request.survey.nights -= done.nights_done;
  }
  plan(request, execution);
}

void judge_unit(const EnsembleUnit& unit, const Execution& execution) {
  if (is_judged(unit)) return;
  const io::FileLock mine(lock_file(unit), execution);
  if (is_judged(unit)) return;  // by whom this one waited for
  const PlanMetricsReport report =
      measure_plan({.database = unit.plan.out,
                    .config = unit.metrics,
                    .outputs = {.plots = unit.folder() / "plots", .html = {}}},
                   execution);
  io::write_table(maps_file(unit), maps_table(report.survey.maps));
  Json json = Json::parse(report.json());
  json.erase("files");
  json["database"] = unit.plan.out.filename().string();
  json["of"] = judged_key(unit);
  io::write_whole_file(metrics_file(unit), json.dump(2) + "\n");
}

std::vector<metrics::Metric> unit_metrics(const EnsembleUnit& unit) {
  const Json json = Json::parse(io::read_whole_file(metrics_file(unit)), nullptr, false);
  if (!json.is_object() || !json.contains("metrics"))
    throw InputError(metrics_file(unit).string(), "it is not what `plan ensemble` writes",
                     "remove it and give the same command again");
  std::vector<metrics::Metric> out;
  for (const auto& [name, value] : json["metrics"].items())
    if (value.is_number())
      out.push_back({name, value.get<double>(), json["units"].value(name, ""),
                     json["definitions"].value(name, "")});
  return out;
}

std::vector<double> unit_map(const EnsembleUnit& unit, const std::string& name) {
  const table::Table maps = io::read_table(maps_file(unit));
  return maps.contains(name) ? maps.numbers(name) : std::vector<double>{};
}

}  // namespace skywright::simulation
