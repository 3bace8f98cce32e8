#include "skywright/database/postgres_prompt.h"

#include <charconv>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/database/postgres_schema.h"
#include "skywright/database/prompt_rows.h"

namespace skywright::database {
namespace {

using sql::quoted_name;

/// Names the lock that a change holds: "SKYP" as a number, as in SQLite files of this kind.
constexpr std::int64_t kLock = 0x534B5950;
constexpr double kPatienceS = 10.0;

/// Numbers as text that gives the same number back.
template <class Number>
void append_number(std::string& out, Number value) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

std::string number_text(double value) {
  std::string out;
  append_number(out, value);  // "inf" is the server's word, too
  return out;
}

void append_field(std::string& line, const WrittenColumn& column, std::size_t row) {
  std::visit(
      [&](const auto& v) {
        using Vector = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<Vector, table::Flags>) {
          append_number(line, static_cast<int>(v.values[row]));
        } else if constexpr (std::is_same_v<Vector, std::vector<std::string>>) {
          sql::append_copy_text(line, v[row]);
        } else if constexpr (std::is_integral_v<typename Vector::value_type>) {
          if (column.id && v[row] == 0)
            line += "\\N";
          else
            append_number(line, v[row]);
        } else {
          if (std::isnan(v[row]))
            line += "\\N";
          else
            append_number(line, static_cast<double>(v[row]));
        }
      },
      *column.values);
}

/// One row of a result, as RowColumns reads it.
struct Row {
  const sql::PostgresRows& rows;
  std::size_t row;
  [[nodiscard]] std::int64_t whole(int column) const { return rows.whole(row, column); }
  [[nodiscard]] double real(int column) const { return rows.real(row, column); }
  [[nodiscard]] std::string_view text(int column) const { return rows.text(row, column); }
};

table::Table table_of(const sql::PostgresRows& rows, const TableSpec& spec) {
  RowColumns columns(spec);
  for (std::size_t row = 0; row < rows.rows(); ++row) columns.add(Row{rows, row});
  return std::move(columns).table();
}

class PostgresChange final : public PromptChange {
 public:
  explicit PostgresChange(sql::Postgres& server) : server_(server) {
    try {
      begin();
    } catch (const ServiceError&) {
      // The server may have been restarted since the last change.
      server_.reconnect_if_lost(kPatienceS);
      begin();
    }
  }
  ~PostgresChange() override {
    if (!open_) return;
    try {
      server_.execute("ROLLBACK");
    } catch (const Error&) {  // the connection is gone, and the change with it
    }
  }
  void commit() override {
    server_.execute("COMMIT");
    open_ = false;
  }

 private:
  void begin() {
    server_.execute("BEGIN");
    server_.execute(fmt::format("SELECT pg_advisory_xact_lock({})", kLock));
  }

  sql::Postgres& server_;
  bool open_ = true;
};

}  // namespace

PostgresPrompt::PostgresPrompt(const std::string& url, sql::Access access) : server_(url) {
  const auto version = [&]() -> std::int64_t {
    if (server_.query("SELECT to_regclass('\"PromptSchema\"')").is_null(0, 0)) return 0;
    return server_.query("SELECT coalesce(max(version), 0) FROM \"PromptSchema\"").whole(0, 0);
  };
  if (version() == 0 && access == sql::Access::create) create();
  const std::int64_t found = version();
  if (found == 0)
    throw InputError(server_.name(), "holds no prompt database",
                     "name one that a night or associate has written");
  if (found != kPromptSchemaVersion)
    throw InputError(server_.name(), "was written by another version of the program",
                     "use the version that wrote it, or run the nights again");
}

void PostgresPrompt::create() {
  const std::unique_ptr<PromptChange> creation = change();
  // Another may have been faster while this one waited for the lock.
  if (server_.query("SELECT to_regclass('\"PromptSchema\"')").is_null(0, 0)) {
    for (const TableSpec& table : prompt_tables()) server_.execute(postgres_creation_sql(table));
    server_.execute(
        fmt::format("CREATE TABLE \"PromptSchema\"(version BIGINT NOT NULL); "
                    "INSERT INTO \"PromptSchema\" VALUES ({})",
                    kPromptSchemaVersion));
  }
  creation->commit();
}

std::unique_ptr<PromptChange> PostgresPrompt::change() {
  return std::make_unique<PostgresChange>(server_);
}

bool PostgresPrompt::contains(std::int64_t visit, int detector) const {
  return server_
             .query(
                 "SELECT 1 FROM \"VisitDetector\" WHERE \"visitId\" = $1::bigint AND detector = "
                 "$2::bigint",
                 {std::to_string(visit), std::to_string(detector)})
             .rows() != 0;
}

table::Table PostgresPrompt::objects_in(std::span<const sphere::PixelRange> ranges) const {
  const TableSpec& spec = prompt_table("DiaObject");
  // Numbers in the text, not parameters of a join: only so does the server see that a range holds
  // few rows, and take the index instead of reading ten million.
  std::string within = "false";
  for (const sphere::PixelRange& range : ranges)
    within += fmt::format(" OR _healpix_29 BETWEEN {} AND {}", range.begin, range.end - 1);
  return table_of(server_.query(selection_sql(spec) + " WHERE " + within), spec);
}

table::Table PostgresPrompt::of_objects(const TableSpec& table, std::span<const std::int64_t> ids,
                                        double begin, double end) const {
  const std::string name = quoted_name(table.name);
  std::string select = selection_sql(table);
  select.resize(select.size() - name.size());
  // Object by object, which OFFSET 0 keeps so: of a partition that was just begun the server has no
  // statistics, and would read all of it.
  return table_of(
      server_.query(
          select +
              "unnest($1::bigint[]) WITH ORDINALITY AS wanted(id, place) CROSS JOIN LATERAL (" +
              "SELECT * FROM " + name +
              " WHERE \"diaObjectId\" = wanted.id AND \"midpointMjdTai\" >= $2::float8 AND "
              "\"midpointMjdTai\" < $3::float8 OFFSET 0) AS " +
              name + " ORDER BY wanted.place, \"midpointMjdTai\", " + quoted_name(table.key),
          {sql::array_text({ids.begin(), ids.end()}), number_text(begin), number_text(end)}),
      table);
}

void PostgresPrompt::add_partitions(const TableSpec& table, const table::Table& rows) {
  const std::string_view column = partition_column(table);
  if (column.empty()) return;
  std::set<std::int64_t> firsts;
  for (const double time : rows.numbers(column)) {
    if (!std::isfinite(time))
      throw InputError("column " + std::string(column), "has a value that is no number",
                       "check where the rows come from");
    firsts.insert(static_cast<std::int64_t>(std::floor(time / kPartitionDays)) * kPartitionDays);
  }
  for (const std::int64_t first : firsts)
    server_.execute(postgres_partition_sql(table, first, kPartitionDays));
}

void PostgresPrompt::write(const TableSpec& table, const table::Table& rows) {
  if (rows.rows() == 0) return;
  const std::vector<WrittenColumn> columns = written_columns(table, rows);
  const std::vector<std::int64_t> pixels = healpix_keys(table, rows);
  add_partitions(table, rows);
  const std::string incoming = quoted_name("incoming_" + std::string(table.name));
  server_.execute("CREATE TEMPORARY TABLE IF NOT EXISTS " + incoming + " (LIKE " +
                  quoted_name(table.name) + ") ON COMMIT DELETE ROWS");
  std::string names;
  for (const WrittenColumn& column : columns)
    names += (names.empty() ? "" : ", ") + quoted_name(column.name);
  if (!pixels.empty()) names += ", " + quoted_name(kHealpixColumn);
  std::string text;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    const char* between = "";
    for (const WrittenColumn& column : columns) {
      text += between;
      append_field(text, column, row);
      between = "\t";
    }
    if (!pixels.empty()) {
      text += between;
      append_number(text, pixels[row]);
    }
    text += "\n";
  }
  server_.copy_in(incoming + " (" + names + ")", text);
  server_.execute(postgres_merge_sql(table));
}

void PostgresPrompt::count_sightings(std::span<const std::int64_t> bodies) {
  if (bodies.empty()) return;
  const std::vector<std::string> ids = {sql::array_text({bodies.begin(), bodies.end()})};
  server_.query(
      "UPDATE \"SSObject\" AS o SET (\"nObs\", arc, \"firstObservationMjdTai\") = (SELECT "
      "count(*), "
      "max(\"midpointMjdTai\") - min(\"midpointMjdTai\"), min(\"midpointMjdTai\") FROM "
      "\"SSSource\" "
      "AS s WHERE s.\"ssObjectId\" = o.\"ssObjectId\") WHERE \"ssObjectId\" = ANY($1::bigint[])",
      ids);
  server_.query(
      "DELETE FROM \"SSObject\" WHERE \"ssObjectId\" = ANY($1::bigint[]) AND \"nObs\" = 0", ids);
}

std::vector<std::int64_t> PostgresPrompt::forget(std::int64_t visit, int detector) {
  const std::vector<std::string> unit = {std::to_string(visit), std::to_string(detector)};
  const auto wholes = [](const sql::PostgresRows& rows) {
    std::vector<std::int64_t> out;
    for (std::size_t row = 0; row < rows.rows(); ++row) out.push_back(rows.whole(row, 0));
    return out;
  };
  const std::string of_unit = " WHERE visit = $1::bigint AND detector = $2::bigint";
  const std::vector<std::int64_t> touched =
      wholes(server_.query("SELECT DISTINCT \"diaObjectId\" FROM \"DiaSource\"" + of_unit +
                               " AND \"diaObjectId\" IS NOT NULL ORDER BY \"diaObjectId\"",
                           unit));
  const std::vector<std::int64_t> bodies =
      wholes(server_.query("SELECT DISTINCT \"ssObjectId\" FROM \"SSSource\"" + of_unit, unit));
  for (const char* table : {"DiaSource", "DiaForcedSource", "SSSource"})
    server_.query("DELETE FROM " + quoted_name(table) + of_unit, unit);
  server_.query(
      "DELETE FROM \"VisitDetector\" WHERE \"visitId\" = $1::bigint AND detector = $2::bigint",
      unit);
  count_sightings(bodies);
  if (touched.empty()) return {};
  const std::vector<std::string> ids = {sql::array_text(touched)};
  server_.query(
      "DELETE FROM \"DiaObject\" AS o WHERE \"diaObjectId\" = ANY($1::bigint[]) AND NOT EXISTS "
      "(SELECT 1 FROM \"DiaSource\" AS s WHERE s.\"diaObjectId\" = o.\"diaObjectId\")",
      ids);
  return wholes(server_.query(
      "SELECT \"diaObjectId\" FROM \"DiaObject\" WHERE \"diaObjectId\" = ANY($1::bigint[]) ORDER "
      "BY \"diaObjectId\"",
      ids));
}

table::Table PostgresPrompt::rows(std::string_view table) const {
  const TableSpec& spec = prompt_table(table);
  std::string key;
  for (const std::string_view name : listed_names(spec.key))
    key += (key.empty() ? "" : ", ") + quoted_name(name);
  return table_of(server_.query(selection_sql(spec) + " ORDER BY " + key), spec);
}

std::int64_t PostgresPrompt::count(std::string_view table) const {
  return server_.query("SELECT count(*) FROM " + quoted_name(prompt_table(table).name)).whole(0, 0);
}

}  // namespace skywright::database
