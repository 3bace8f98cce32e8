/// Rows of a prompt table: from a table in memory into the database and back.
#pragma once

#include <cstdint>
#include <span>

#include "skywright/database/prompt_schema.h"
#include "skywright/sql/database.h"
#include "skywright/table/table.h"

namespace skywright::database {

/// The rows that a statement made by `selection_sql(spec)` yields; NULL is 0, NaN or empty text by
/// the column's kind.
table::Table read_rows(sql::Statement& statement, const TableSpec& spec);

/// As above, for a statement whose parameters are an object's id and a time's begin and end: the
/// rows of each id, one after the other.
table::Table read_rows_each(sql::Statement& statement, const TableSpec& spec,
                            std::span<const std::int64_t> ids, double begin, double end);

/// Insert rows, or replace those whose key is there. Columns are taken by name; those missing are
/// NULL, others are left out; ids of 0 are NULL, as no id is 0. `_healpix_29` is computed from ra
/// and dec.
/// @throws InputError where the key's column is missing or a column is of another kind
void write_rows(sql::Database& database, const TableSpec& spec, const table::Table& rows);

/// An empty table with the columns of `spec`.
table::Table empty_rows(const TableSpec& spec);

}  // namespace skywright::database
