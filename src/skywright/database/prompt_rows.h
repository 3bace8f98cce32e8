/// Rows of a prompt table: from a table in memory into the database and back.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "skywright/database/prompt_schema.h"
#include "skywright/sql/database.h"
#include "skywright/table/table.h"

namespace skywright::database {

/// Columns of a table, filled row by row from a database.
class RowColumns {
 public:
  explicit RowColumns(const TableSpec& spec);
  /// Take a row's columns in the order of `selection_sql`; NULL is 0, NaN or empty text by the
  /// column's kind. `Row` has whole(int), real(int) and text(int).
  template <class Row>
  void add(const Row& row) {
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const int index = static_cast<int>(c);
      std::visit(
          [&](auto& values) {
            using Value = typename std::decay_t<decltype(values)>::value_type;
            if constexpr (std::is_same_v<Value, std::int64_t>)
              values.push_back(row.whole(index));
            else if constexpr (std::is_same_v<Value, double>)
              values.push_back(row.real(index));
            else
              values.emplace_back(row.text(index));
          },
          columns_[c]);
    }
  }
  [[nodiscard]] table::Table table() &&;

 private:
  using Values =
      std::variant<std::vector<std::int64_t>, std::vector<double>, std::vector<std::string>>;
  const TableSpec& spec_;
  std::vector<Values> columns_;
};

/// The rows that a statement made by `selection_sql(spec)` yields.
table::Table read_rows(sql::Statement& statement, const TableSpec& spec);

/// As above, for a statement whose parameters are an object's id and a time's begin and end: the
/// rows of each id, one after the other.
table::Table read_rows_each(sql::Statement& statement, const TableSpec& spec,
                            std::span<const std::int64_t> ids, double begin, double end);

/// A column of rows that are to be written.
struct WrittenColumn {
  std::string_view name;
  const table::Values* values = nullptr;
  bool id = false;  ///< ids of 0 are NULL, as no id is 0
};

/// The columns of `rows` that the table keeps, in its order; those missing are NULL, others are
/// left out.
/// @throws InputError where the key's column is missing or a column is of another kind
std::vector<WrittenColumn> written_columns(const TableSpec& spec, const table::Table& rows);
/// `_healpix_29` of each row, computed from ra and dec; empty where the table has no place.
std::vector<std::int64_t> healpix_keys(const TableSpec& spec, const table::Table& rows);

/// Insert rows, or replace those whose key is there.
/// @throws as `written_columns`
void write_rows(sql::Database& database, const TableSpec& spec, const table::Table& rows);

/// An empty table with the columns of `spec`.
table::Table empty_rows(const TableSpec& spec);

}  // namespace skywright::database
