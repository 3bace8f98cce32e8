#include "skywright/database/prompt_rows.h"

#include <optional>

#include "skywright/base/error.h"
#include "skywright/sphere/healpix.h"

namespace skywright::database {
namespace {

/// One column being read.
struct Filling {
  ColumnSpec spec;
  std::vector<std::int64_t> wholes = {};
  std::vector<double> reals = {};
  std::vector<std::string> texts = {};

  void add(const sql::Statement& row, int index) {
    if (spec.kind == ColumnKind::whole) wholes.push_back(row.whole(index));
    if (spec.kind == ColumnKind::real) reals.push_back(row.real(index));
    if (spec.kind == ColumnKind::text) texts.push_back(row.text(index));
  }
  table::Values values() {
    if (spec.kind == ColumnKind::whole) return std::move(wholes);
    if (spec.kind == ColumnKind::real) return std::move(reals);
    return std::move(texts);
  }
};

std::vector<Filling> fillings(const TableSpec& spec) {
  std::vector<Filling> out;
  for (const ColumnSpec& column : spec.columns) out.push_back({column});
  return out;
}

table::Table assembled(std::vector<Filling> columns) {
  table::Table out;
  for (Filling& column : columns) out.add(column.spec.name, column.spec.unit, "", column.values());
  return out;
}

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

/// Which column fills which parameter, looked up once.
struct Binding {
  int parameter = 0;
  bool id = false;
  const table::Values* values = nullptr;
};

void bind_value(sql::Statement& insert, const Binding& binding, std::size_t row) {
  std::visit(
      [&](const auto& v) {
        using Vector = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<Vector, table::Flags>) {
          insert.bind_one(binding.parameter, v.values[row]);
        } else if constexpr (std::is_integral_v<typename Vector::value_type>) {
          if (binding.id && v[row] == 0)
            insert.bind_one(binding.parameter, nullptr);
          else
            insert.bind_one(binding.parameter, v[row]);
        } else {
          insert.bind_one(binding.parameter, v[row]);
        }
      },
      *binding.values);
}

}  // namespace

table::Table read_rows(sql::Statement& statement, const TableSpec& spec) {
  std::vector<Filling> columns = fillings(spec);
  while (statement.step())
    for (std::size_t c = 0; c < columns.size(); ++c) columns[c].add(statement, static_cast<int>(c));
  return assembled(std::move(columns));
}

table::Table read_rows_each(sql::Statement& statement, const TableSpec& spec,
                            std::span<const std::int64_t> ids, double begin, double end) {
  std::vector<Filling> columns = fillings(spec);
  for (const std::int64_t id : ids) {
    statement.bind(id, begin, end);
    while (statement.step())
      for (std::size_t c = 0; c < columns.size(); ++c)
        columns[c].add(statement, static_cast<int>(c));
  }
  return assembled(std::move(columns));
}

table::Table empty_rows(const TableSpec& spec) { return assembled(fillings(spec)); }

void write_rows(sql::Database& database, const TableSpec& spec, const table::Table& rows) {
  if (rows.rows() == 0) return;
  std::string names, marks;
  std::vector<Binding> bindings;
  const auto add_name = [&](std::string_view name) {
    if (!names.empty()) {
      names += ",";
      marks += ",";
    }
    names += sql::quoted_name(name);
    marks += "?";
  };
  for (const ColumnSpec& column : spec.columns) {
    const table::Column* found = rows.find(column.name);
    const bool key = spec.key.find(column.name) != std::string_view::npos;
    if (found == nullptr) {
      if (key) (void)rows.wholes(column.name);  // throws, naming the column
      continue;
    }
    check_kind(*found, column, spec);
    bindings.push_back(
        {static_cast<int>(bindings.size()), column.name.ends_with("Id") && !key, &found->values});
    add_name(column.name);
  }
  std::vector<std::int64_t> pixels;
  if (spec.name == "DiaSource" || spec.name == "DiaObject") {
    pixels.resize(rows.rows());
    sphere::healpix::pixels_at(rows.numbers("ra"), rows.numbers("dec"), sphere::healpix::kMaxOrder,
                               pixels);
    add_name(kHealpixColumn);
  }
  sql::Statement insert = database.prepare("INSERT OR REPLACE INTO " + sql::quoted_name(spec.name) +
                                           "(" + names + ") VALUES (" + marks + ")");
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    for (const Binding& binding : bindings) bind_value(insert, binding, row);
    if (!pixels.empty()) insert.bind_one(static_cast<int>(bindings.size()), pixels[row]);
    insert.run();
  }
}

}  // namespace skywright::database
