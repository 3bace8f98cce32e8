/// SQL of the prompt tables as PostgreSQL has them.
#pragma once

#include <string>

#include "skywright/database/prompt_schema.h"

namespace skywright::database {

/// The column by whose ranges a table is cut into partitions; empty for one that is not.
std::string_view partition_column(const TableSpec& table);
/// Columns of the primary key: that of the table, and the one that it is partitioned by.
std::vector<std::string_view> postgres_key(const TableSpec& table);

/// CREATE TABLE, CREATE INDEX and COMMENT ON COLUMN.
std::string postgres_creation_sql(const TableSpec& table);
/// Make the partition of the days [first, first + days) where it is not there yet.
std::string postgres_partition_sql(const TableSpec& table, std::int64_t first, int days);
/// Insert what the temporary table "incoming_<table>" holds, replacing rows of the same keys, and
/// empty it.
std::string postgres_merge_sql(const TableSpec& table);

}  // namespace skywright::database
