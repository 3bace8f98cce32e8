#include "skywright/database/prompt_rows.h"

#include "skywright/base/error.h"
#include "skywright/sphere/healpix.h"

namespace skywright::database {
namespace {

bool is_text(const table::Values& values) {
  return std::holds_alternative<std::vector<std::string>>(values);
}

bool is_real(const table::Values& values) {
  return std::holds_alternative<std::vector<double>>(values) ||
         std::holds_alternative<std::vector<float>>(values);
}

void check_kind(const table::Column& column, const ColumnSpec& spec, const TableSpec& table) {
  const bool fits = spec.kind == ColumnKind::text ? is_text(column.values)
                    : spec.kind == ColumnKind::whole
                        ? !is_text(column.values) && !is_real(column.values)
                        : !is_text(column.values);
  if (!fits)
    throw InputError("column " + column.name,
                     "is of another kind than " + std::string(table.name) + " keeps",
                     "check where the rows come from");
}

void bind_value(sql::Statement& insert, int parameter, const WrittenColumn& column,
                std::size_t row) {
  std::visit(
      [&](const auto& v) {
        using Vector = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<Vector, table::Flags>) {
          insert.bind_one(parameter, v.values[row]);
        } else if constexpr (std::is_integral_v<typename Vector::value_type>) {
          if (column.id && v[row] == 0)
            insert.bind_one(parameter, nullptr);
          else
            insert.bind_one(parameter, v[row]);
        } else {
          insert.bind_one(parameter, v[row]);
        }
      },
      *column.values);
}

}  // namespace

RowColumns::RowColumns(const TableSpec& spec) : spec_(spec) {
  for (const ColumnSpec& column : spec.columns) {
    if (column.kind == ColumnKind::whole) columns_.emplace_back(std::vector<std::int64_t>());
    if (column.kind == ColumnKind::real) columns_.emplace_back(std::vector<double>());
    if (column.kind == ColumnKind::text) columns_.emplace_back(std::vector<std::string>());
  }
}

table::Table RowColumns::table() && {
  table::Table out;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    const ColumnSpec& column = spec_.columns[c];
    std::visit([&](auto& values) { out.add(column.name, column.unit, "", std::move(values)); },
               columns_[c]);
  }
  return out;
}

table::Table read_rows(sql::Statement& statement, const TableSpec& spec) {
  RowColumns columns(spec);
  while (statement.step()) columns.add(statement);
  return std::move(columns).table();
}

table::Table read_rows_each(sql::Statement& statement, const TableSpec& spec,
                            std::span<const std::int64_t> ids, double begin, double end) {
  RowColumns columns(spec);
  for (const std::int64_t id : ids) {
    statement.bind(id, begin, end);
    while (statement.step()) columns.add(statement);
  }
  return std::move(columns).table();
}

table::Table empty_rows(const TableSpec& spec) { return RowColumns(spec).table(); }

std::vector<WrittenColumn> written_columns(const TableSpec& spec, const table::Table& rows) {
  std::vector<WrittenColumn> out;
  for (const ColumnSpec& column : spec.columns) {
    const table::Column* found = rows.find(column.name);
    const bool key = spec.key.find(column.name) != std::string_view::npos;
    if (found == nullptr) {
      if (key) (void)rows.wholes(column.name);  // throws, naming the column
      continue;
    }
    check_kind(*found, column, spec);
    out.push_back({column.name, &found->values, column.name.ends_with("Id") && !key});
  }
  return out;
}

std::vector<std::int64_t> healpix_keys(const TableSpec& spec, const table::Table& rows) {
  if (!has_place(spec)) return {};
  std::vector<std::int64_t> pixels(rows.rows());
  sphere::healpix::pixels_at(rows.numbers("ra"), rows.numbers("dec"), sphere::healpix::kMaxOrder,
                             pixels);
  return pixels;
}

void write_rows(sql::Database& database, const TableSpec& spec, const table::Table& rows) {
  if (rows.rows() == 0) return;
  const std::vector<WrittenColumn> columns = written_columns(spec, rows);
  const std::vector<std::int64_t> pixels = healpix_keys(spec, rows);
  std::string names, marks;
  const auto add_name = [&](std::string_view name) {
    names += (names.empty() ? "" : ",") + sql::quoted_name(name);
    marks += marks.empty() ? "?" : ",?";
  };
  for (const WrittenColumn& column : columns) add_name(column.name);
  if (!pixels.empty()) add_name(kHealpixColumn);
  sql::Statement insert = database.prepare("INSERT OR REPLACE INTO " + sql::quoted_name(spec.name) +
                                           "(" + names + ") VALUES (" + marks + ")");
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    int parameter = 0;
    for (const WrittenColumn& column : columns) bind_value(insert, parameter++, column, row);
    if (!pixels.empty()) insert.bind_one(parameter, pixels[row]);
    insert.run();
  }
}

}  // namespace skywright::database
