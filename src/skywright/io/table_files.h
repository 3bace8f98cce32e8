/// Tables in files, the format told by the name: .fits .fit .fits.gz (FITS binary table), .parquet,
/// .csv. Written whole or not at all.
#pragma once

#include <filesystem>
#include <functional>

#include "skywright/table/table.h"

namespace skywright::io {

/// @throws InputError for a file that is not what its name says; ConfigError for another extension
table::Table read_table(const std::filesystem::path& path);
/// @throws StorageError; ConfigError for another extension
void write_table(const std::filesystem::path& path, const table::Table& table);

/// @throws ConfigError where write_table would, before there is a table to write
void check_table_name(const std::filesystem::path& path);

/// Through DuckDB's C interface, loaded at run time from beside the program
/// (SKYWRIGHT_DUCKDB names another place). @throws ServiceError where it cannot be loaded
table::Table read_parquet(const std::filesystem::path& path);
void write_parquet(const std::filesystem::path& path, const table::Table& table);

/// Another library for Parquet, used where DuckDB cannot be loaded. `write` need not be atomic.
struct ParquetLibrary {
  std::function<table::Table(const std::filesystem::path&)> read;
  std::function<void(const std::filesystem::path&, const table::Table&)> write;
};
/// Before any table is read or written.
void set_other_parquet_library(ParquetLibrary library);

table::Table read_csv(const std::filesystem::path& path);
void write_csv(const std::filesystem::path& path, const table::Table& table);

}  // namespace skywright::io
