#include "skywright/pipelines/associate_files.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/base/source_id.h"
#include "skywright/database/prompt_database.h"
#include "skywright/io/table_files.h"
#include "skywright/sql/postgres.h"

namespace skywright::pipelines {
namespace {

using table::Table;

/// A column of one value, where the catalog has none of its own.
template <class T>
void add_default(Table& rows, const std::string& file, std::string_view column,
                 std::string_view unit, const std::optional<T>& value, std::string_view option) {
  if (rows.contains(column)) return;
  if (!value)
    throw InputError(file, "has no column " + std::string(column),
                     "give it by " + std::string(option));
  rows.add(column, unit, "", std::vector<T>(rows.rows(), *value));
}

Table read_catalog(const std::filesystem::path& path, const CatalogDefaults& defaults) {
  Table rows = io::read_table(path);
  const std::string file = path.string();
  for (const char* column : {"ra", "dec"})
    if (!rows.contains(column))
      throw InputError(file, "has no column " + std::string(column),
                       "solve the image's WCS before subtracting, so that sources have places");
  add_default(rows, file, "visit", "", defaults.visit, "--visit");
  add_default(rows, file, "detector", "", defaults.detector, "--detector");
  add_default(rows, file, "midpointMjdTai", "d", defaults.mjd, "--mjd");
  add_default(rows, file, "band", "",
              defaults.band.empty() ? std::nullopt : std::optional<std::string>(defaults.band),
              "--band");
  if (!rows.contains("diaSourceId")) {
    const auto visit = rows.wholes("visit");
    const auto detector = rows.wholes("detector");
    std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> counters;
    std::vector<std::int64_t> ids(rows.rows());
    for (std::size_t i = 0; i < ids.size(); ++i) {
      ids[i] = packed_source_id(VisitId{visit[i]}, DetectorId{detector[i]},
                                ++counters[{visit[i], detector[i]}]);
    }
    rows.add("diaSourceId", "", "visit, detector and a counter, packed", ids);
  }
  return rows;
}

/// The columns that the prompt database keeps, of one kind whatever file they came from.
Table kept_columns(const Table& rows) {
  Table out;
  for (const database::ColumnSpec& column : database::prompt_table("DiaSource").columns) {
    const table::Column* found = rows.find(column.name);
    if (found == nullptr) continue;
    if (column.kind == database::ColumnKind::text)
      out.add(column.name, column.unit, "", found->values);
    else if (column.kind == database::ColumnKind::real)
      out.add(column.name, column.unit, "", rows.numbers(column.name));
    else
      out.add(column.name, column.unit, "", rows.wholes(column.name));
  }
  return out;
}

VisitSources visit_of(const Table& rows, std::int64_t visit) {
  VisitSources out;
  out.sources = rows;
  const auto detectors = rows.wholes("detector");
  const std::set<std::int64_t> distinct(detectors.begin(), detectors.end());
  out.visit.add("visit", "", "", std::vector<std::int64_t>{visit});
  out.visit.add("band", "", "", std::vector<std::string>{rows.column<std::string>("band").front()});
  out.visit.add("expMidptMJD", "d", "",
                std::vector<double>{rows.numbers("midpointMjdTai").front()});
  out.detectors.add("visitId", "", "", std::vector<std::int64_t>(distinct.size(), visit));
  out.detectors.add("detector", "", "",
                    std::vector<std::int64_t>(distinct.begin(), distinct.end()));
  return out;
}

}  // namespace

void describe(Fields& fields, AssociateVisitConfig& config) {
  describe_nested(fields, "associate", config.associate, "detections to objects");
  fields.number("history_days", config.history_days,
                "length of the history that is handed back [day]", {.low = 0.0});
  fields.number("forced_days", config.forced_days,
                "objects seen within so many days get forced photometry", {.low = 0.0});
}

namespace {

/// Removes a database that was made here unless something was stored in it.
class NewFile {
 public:
  explicit NewFile(std::filesystem::path file)
      : file_(std::move(file)), mine_(!std::filesystem::exists(file_)) {}
  ~NewFile() {
    if (!mine_) return;
    std::error_code ignored;
    for (const char* part : {"", "-journal", "-wal", "-shm"})
      std::filesystem::remove(file_.string() + part, ignored);
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  void keep() { mine_ = false; }

 private:
  std::filesystem::path file_;
  bool mine_;
};

}  // namespace

AssociateReport associate_files(const std::vector<std::filesystem::path>& catalogs,
                                const std::string& database, const CatalogDefaults& defaults,
                                const AssociateVisitConfig& config, const Execution& execution) {
  check_fields(config);
  struct Part {
    double time = 0.0;
    Table rows;
  };
  std::map<std::int64_t, Part> visits;
  for (const auto& path : catalogs) {
    const Table all = kept_columns(read_catalog(path, defaults));
    const auto visit_ids = all.wholes("visit");
    std::map<std::int64_t, std::vector<std::size_t>> rows_of;
    for (std::size_t row = 0; row < visit_ids.size(); ++row) rows_of[visit_ids[row]].push_back(row);
    for (const auto& [visit, rows] : rows_of) {
      Part& part = visits[visit];
      part.rows.append(all.selected(rows));
      part.time = part.rows.numbers("midpointMjdTai").front();
    }
  }
  std::vector<std::pair<double, std::int64_t>> order;
  for (const auto& [visit, part] : visits) order.emplace_back(part.time, visit);
  std::sort(order.begin(), order.end());

  std::optional<NewFile> made;
  if (!sql::is_postgres_url(database)) made.emplace(database);
  const auto prompt = database::open_prompt_database(database, sql::Access::create);
  AssociateReport report;
  for (const auto& [time, visit] : order) {
    execution.check_stop();
    const AssociatedVisit result =
        associate_visit(*prompt, visit_of(visits[visit].rows, visit), config);
    if (made) made->keep();
    ++report.visits;
    report.sources += result.sources.rows();
    report.matched += result.matched;
    report.created += result.created;
    execution.report("associate", report.visits, order.size());
  }
  report.objects = prompt->count("DiaObject");
  return report;
}

std::string AssociateReport::text() const {
  return fmt::format(
      "{} sources of {} visits: {} belong to known objects, {} are new; {} objects in all\n",
      sources, visits, matched, created, objects);
}

std::string AssociateReport::json() const {
  return fmt::format(R"({{"visits":{},"sources":{},"matched":{},"created":{},"objects":{}}})",
                     visits, sources, matched, created, objects);
}

}  // namespace skywright::pipelines
