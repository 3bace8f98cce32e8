#include "skywright/database/sqlite_prompt.h"

#include <string>

#include "skywright/base/error.h"
#include "skywright/database/prompt_rows.h"

namespace skywright::database {
namespace {

/// "SKYP" as a number, https://sqlite.org/pragma.html#pragma_application_id: tells our files from
/// other SQLite databases.
constexpr std::int64_t kApplicationId = 0x534B5950;

std::string text_of(std::int64_t number) { return std::to_string(number); }

class SqliteChange final : public PromptChange {
 public:
  explicit SqliteChange(sql::Database& database) : transaction_(database) {}
  void commit() override { transaction_.commit(); }

 private:
  sql::Transaction transaction_;
};

}  // namespace

SqlitePrompt::SqlitePrompt(const std::filesystem::path& path, sql::Access access)
    : database_(path, {.access = access, .journal = sql::Journal::write_ahead}) {
  // Pages of the indices' upper levels stay in memory: SQLite's own 2 MB would read them again and
  // again where there are ten million objects. Taken as needed, at most.
  database_.execute("PRAGMA cache_size=-131072");
  const bool empty = database_.whole("SELECT count(*) FROM sqlite_schema") == 0;
  if (empty && access != sql::Access::read_only) {
    sql::Transaction create(database_);
    for (const TableSpec& table : prompt_tables()) database_.execute(creation_sql(table));
    database_.execute("PRAGMA application_id=" + text_of(kApplicationId) +
                      "; PRAGMA user_version=" + text_of(kPromptSchemaVersion));
    create.commit();
  }
  if (database_.whole("PRAGMA application_id") != kApplicationId)
    throw InputError(database_.name(), "it is an SQLite database of another kind",
                     "name a prompt database, or a file that does not exist yet");
  // Before anything is added to it.
  const std::int64_t version = database_.whole("PRAGMA user_version");
  if (version != kPromptSchemaVersion)
    throw InputError(database_.name(),
                     "its schema is number " + std::to_string(version) +
                         ", that of this program is " + std::to_string(kPromptSchemaVersion),
                     version > kPromptSchemaVersion
                         ? "use the newer program that wrote it"
                         : "move it away and run the night again, which fills a new one from the "
                           "survey's files");
  // Tables that came later are added: older rows fit.
  const bool lacks_known_bodies =
      database_.whole("SELECT count(*) FROM sqlite_schema WHERE name = 'SSSource'") == 0;
  if (access != sql::Access::read_only && lacks_known_bodies)
    database_.execute(creation_sql(prompt_table("SSSource")));
}

std::unique_ptr<PromptChange> SqlitePrompt::change() {
  return std::make_unique<SqliteChange>(database_);
}

bool SqlitePrompt::contains(std::int64_t visit, int detector) const {
  return database_.whole("SELECT count(*) FROM VisitDetector WHERE visitId = ? AND detector = ?",
                         visit, detector) != 0;
}

table::Table SqlitePrompt::objects_in(std::span<const sphere::PixelRange> ranges) const {
  const TableSpec& spec = prompt_table("DiaObject");
  sql::Statement select =
      database_.prepare(selection_sql(spec) + " WHERE _healpix_29 BETWEEN ? AND ?");
  table::Table found = empty_rows(spec);
  for (const sphere::PixelRange& range : ranges) {
    select.bind(range.begin, range.end - 1);
    found.append(read_rows(select, spec));
  }
  return found;
}

table::Table SqlitePrompt::of_objects(const TableSpec& table, std::span<const std::int64_t> ids,
                                      double begin, double end) const {
  sql::Statement select =
      database_.prepare(selection_sql(table) +
                        " WHERE diaObjectId = ? AND midpointMjdTai >= ? AND midpointMjdTai < ?" +
                        " ORDER BY midpointMjdTai, " + std::string(table.key));
  return read_rows_each(select, table, ids, begin, end);
}

void SqlitePrompt::write(const TableSpec& table, const table::Table& rows) {
  write_rows(database_, table, rows);
}

void SqlitePrompt::count_sightings(std::span<const std::int64_t> bodies) {
  sql::Statement update = database_.prepare(
      "UPDATE SSObject SET (nObs, arc, firstObservationMjdTai) = (SELECT count(*), "
      "max(midpointMjdTai) - min(midpointMjdTai), min(midpointMjdTai) FROM SSSource WHERE "
      "ssObjectId = ?1) WHERE ssObjectId = ?1");
  sql::Statement remove =
      database_.prepare("DELETE FROM SSObject WHERE ssObjectId = ? AND nObs = 0");
  for (const std::int64_t id : bodies) {
    update.run(id);
    remove.run(id);
  }
}

std::vector<std::int64_t> SqlitePrompt::forget(std::int64_t visit, int detector) {
  std::vector<std::int64_t> touched;
  sql::Statement select = database_.prepare(
      "SELECT DISTINCT diaObjectId FROM DiaSource WHERE visit = ? AND detector = ? AND diaObjectId "
      "IS NOT NULL ORDER BY diaObjectId");
  select.bind(visit, detector);
  while (select.step()) touched.push_back(select.whole(0));
  std::vector<std::int64_t> bodies;
  sql::Statement seen = database_.prepare(
      "SELECT DISTINCT ssObjectId FROM SSSource WHERE visit = ? AND detector = ? ORDER BY "
      "ssObjectId");
  seen.bind(visit, detector);
  while (seen.step()) bodies.push_back(seen.whole(0));
  for (const char* table : {"DiaSource", "DiaForcedSource", "SSSource"})
    database_.prepare("DELETE FROM " + std::string(table) + " WHERE visit = ? AND detector = ?")
        .run(visit, detector);
  database_.prepare("DELETE FROM VisitDetector WHERE visitId = ? AND detector = ?")
      .run(visit, detector);
  count_sightings(bodies);
  std::vector<std::int64_t> remaining;
  sql::Statement orphaned = database_.prepare(
      "DELETE FROM DiaObject WHERE diaObjectId = ?1 AND NOT EXISTS (SELECT 1 FROM DiaSource WHERE "
      "diaObjectId = ?1)");
  for (const std::int64_t id : touched) {
    orphaned.run(id);
    if (database_.changes() == 0) remaining.push_back(id);
  }
  return remaining;
}

table::Table SqlitePrompt::rows(std::string_view table) const {
  const TableSpec& spec = prompt_table(table);
  sql::Statement select =
      database_.prepare(selection_sql(spec) + " ORDER BY " + std::string(spec.key));
  return read_rows(select, spec);
}

std::int64_t SqlitePrompt::count(std::string_view table) const {
  // A database of an older version that is only read may lack a table.
  if (database_.whole("SELECT count(*) FROM sqlite_schema WHERE name = ?", table) == 0) return 0;
  return database_.whole("SELECT count(*) FROM " + sql::quoted_name(prompt_table(table).name));
}

}  // namespace skywright::database
