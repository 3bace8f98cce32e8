#include "skywright/database/postgres_schema.h"

#include <algorithm>

#include <fmt/format.h>

#include "skywright/sql/database.h"

namespace skywright::database {
namespace {

using sql::quoted_name;

std::string_view type_of(ColumnKind kind) {
  if (kind == ColumnKind::whole) return "BIGINT";
  return kind == ColumnKind::real ? "DOUBLE PRECISION" : "TEXT";
}

std::string joined(const std::vector<std::string_view>& names) {
  std::string out;
  for (const std::string_view name : names) out += (out.empty() ? "" : ", ") + quoted_name(name);
  return out;
}

/// Text as SQL writes it.
std::string literal(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

std::vector<std::string_view> all_columns(const TableSpec& table) {
  std::vector<std::string_view> names;
  for (const ColumnSpec& column : table.columns) names.push_back(column.name);
  if (has_place(table)) names.push_back(kHealpixColumn);
  return names;
}

}  // namespace

std::string_view partition_column(const TableSpec& table) {
  const bool by_time = table.name == "DiaSource" || table.name == "DiaForcedSource";
  return by_time ? "midpointMjdTai" : "";
}

std::vector<std::string_view> postgres_key(const TableSpec& table) {
  std::vector<std::string_view> names = listed_names(table.key);
  if (!partition_column(table).empty()) names.push_back(partition_column(table));
  return names;
}

std::string postgres_creation_sql(const TableSpec& table) {
  const std::string name = quoted_name(table.name);
  std::string sql = "CREATE TABLE " + name + "(";
  for (const ColumnSpec& column : table.columns)
    sql += fmt::format("{} {}, ", quoted_name(column.name), type_of(column.kind));
  if (has_place(table)) sql += quoted_name(kHealpixColumn) + " BIGINT, ";
  sql += "PRIMARY KEY(" + joined(postgres_key(table)) + "))";
  if (const auto column = partition_column(table); !column.empty())
    sql += " PARTITION BY RANGE (" + quoted_name(column) + ")";
  sql += ";\n";
  for (std::size_t i = 0; i < table.indices.size(); ++i)
    sql += fmt::format("CREATE INDEX {} ON {}({});\n",
                       quoted_name(fmt::format("{}_by_{}", table.name, i)), name,
                       joined(listed_names(table.indices[i])));
  for (const ColumnSpec& column : table.columns) {
    if (column.description.empty()) continue;
    std::string text(column.description);
    if (!column.unit.empty()) text += fmt::format(" [{}]", column.unit);
    sql += fmt::format("COMMENT ON COLUMN {}.{} IS {};\n", name, quoted_name(column.name),
                       literal(text));
  }
  return sql;
}

std::string postgres_partition_sql(const TableSpec& table, std::int64_t first, int days) {
  const std::string parent = quoted_name(table.name);
  const std::string part = quoted_name(fmt::format("{}_{}", table.name, first));
  // Attached rather than made in place: that would lock readers out of the whole table.
  return fmt::format(
      "DO $$ BEGIN IF to_regclass({}) IS NULL THEN CREATE TABLE {} (LIKE {} INCLUDING ALL); "
      "ALTER TABLE {} ATTACH PARTITION {} FOR VALUES FROM ({}) TO ({}); END IF; END $$",
      literal(part), part, parent, parent, part, first, first + days);
}

std::string postgres_merge_sql(const TableSpec& table) {
  const std::string columns = joined(all_columns(table));
  const std::vector<std::string_view> key = postgres_key(table);
  const std::string from = quoted_name("incoming_" + std::string(table.name));
  std::string changes;
  for (const std::string_view column : all_columns(table))
    if (std::ranges::find(key, column) == key.end())
      changes += fmt::format("{}{} = EXCLUDED.{}", changes.empty() ? "" : ", ", quoted_name(column),
                             quoted_name(column));
  return fmt::format(
      "INSERT INTO {0}({1}) SELECT {1} FROM {2} ON CONFLICT ({3}) DO UPDATE SET {4}; "
      "TRUNCATE {2}",
      quoted_name(table.name), columns, from, joined(key), changes);
}

}  // namespace skywright::database
