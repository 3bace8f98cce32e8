// Tables of values out of a query and into a database table.
#include <algorithm>
#include <limits>

#include "skywright/base/error.h"
#include "skywright/sql/database.h"

namespace skywright::sql {
namespace {

using Kind = Statement::Kind;

/// By SQLite's rules of affinity, https://sqlite.org/datatype3.html 3.1; null where it gives none.
Kind kind_of_declaration(std::string type) {
  std::transform(type.begin(), type.end(), type.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  const auto has = [&](std::string_view part) { return type.find(part) != std::string::npos; };
  if (has("INT") || has("BOOL")) return Kind::whole;
  if (has("CHAR") || has("CLOB") || has("TEXT")) return Kind::text;
  if (has("REAL") || has("FLOA") || has("DOUB")) return Kind::real;
  return Kind::null;
}

/// One column being filled; its kind may be settled by the first value that is not NULL.
struct Filling {
  std::string name;
  Kind kind = Kind::null;
  std::size_t nulls_before = 0;
  std::vector<double> reals;
  std::vector<std::int64_t> wholes;
  std::vector<std::string> texts;

  [[noreturn]] void refuse(std::string_view reason, std::string_view remedy) const {
    throw InputError("column " + name, reason, remedy);
  }

  void settle(Kind settled) {
    kind = settled;
    for (; nulls_before > 0; --nulls_before) add_null();
  }

  void add_null() {
    if (kind == Kind::null) ++nulls_before;
    if (kind == Kind::real) reals.push_back(std::numeric_limits<double>::quiet_NaN());
    if (kind == Kind::text) texts.emplace_back();
    if (kind == Kind::whole)
      refuse("holds NULL where whole numbers are needed", "give it a default, or use COALESCE");
  }

  void add(const Statement& row, int column) {
    const Kind found = row.kind(column);
    if (found == Kind::null) return add_null();
    if (found == Kind::bytes) refuse("holds bytes", "read it by a statement of its own");
    if (kind == Kind::null) settle(found);
    if (kind == Kind::whole && found == Kind::real) {  // SQLite's columns do not bind their values
      kind = Kind::real;
      reals.assign(wholes.begin(), wholes.end());
    }
    if (found == Kind::text && kind != Kind::text)
      refuse("holds text where a number is needed", "check the file that it was filled from");
    if (kind == Kind::real) reals.push_back(row.real(column));
    if (kind == Kind::whole) wholes.push_back(row.whole(column));
    if (kind == Kind::text) texts.push_back(row.text(column));
  }

  table::Values values() {
    if (kind == Kind::null) settle(Kind::real);
    if (kind == Kind::whole) return std::move(wholes);
    if (kind == Kind::text) return std::move(texts);
    return std::move(reals);
  }
};

std::string_view declaration(const table::Values& values) {
  if (std::holds_alternative<std::vector<std::string>>(values)) return "TEXT";
  if (std::holds_alternative<std::vector<double>>(values) ||
      std::holds_alternative<std::vector<float>>(values))
    return "REAL";
  return "INTEGER";
}

void bind_cell(Statement& statement, int index, const table::Values& values, std::size_t row) {
  std::visit(
      [&](const auto& v) {
        if constexpr (std::is_same_v<std::decay_t<decltype(v)>, table::Flags>)
          statement.bind_one(index, v.values[row]);
        else
          statement.bind_one(index, v[row]);
      },
      values);
}

}  // namespace

table::Table Database::rows_of(Statement& statement) {
  std::vector<Filling> columns(static_cast<std::size_t>(statement.columns()));
  for (std::size_t c = 0; c < columns.size(); ++c) {
    columns[c].name = statement.column_name(static_cast<int>(c));
    columns[c].kind = kind_of_declaration(statement.declared_type(static_cast<int>(c)));
  }
  while (statement.step())
    for (std::size_t c = 0; c < columns.size(); ++c) columns[c].add(statement, static_cast<int>(c));
  table::Table out;
  for (Filling& column : columns) out.add(column.name, "", "", column.values());
  return out;
}

std::string quoted_name(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    out += c;
    if (c == '"') out += c;
  }
  return out + '"';
}

void store_table(Database& database, std::string_view name, const table::Table& table) {
  std::string declared;
  std::string marks;
  for (const table::Column& column : table.columns()) {
    const std::string_view comma = declared.empty() ? "" : ", ";
    declared.append(comma).append(quoted_name(column.name)).append(" ");
    declared.append(declaration(column.values));
    marks.append(comma).append("?");
  }
  Transaction change(database);
  database.execute("DROP TABLE IF EXISTS " + quoted_name(name));
  database.execute("CREATE TABLE " + quoted_name(name) + "(" + declared + ")");
  Statement insert =
      database.prepare("INSERT INTO " + quoted_name(name) + " VALUES (" + marks + ")");
  for (std::size_t row = 0; row < table.rows(); ++row) {
    int index = 0;
    for (const table::Column& column : table.columns())
      bind_cell(insert, index++, column.values, row);
    insert.run();
  }
  change.commit();
}

}  // namespace skywright::sql
