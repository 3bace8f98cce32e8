/// The part of DuckDB's C interface that we use, loaded at run time. Its package ships no header;
/// these declarations follow the published C API of DuckDB 1.5 (duckdb.org/docs/current/clients/c),
/// whose functions and layouts are stable since 1.0.
#pragma once

#include <cstdint>
#include <string>

namespace skywright::io::detail {

// Handles are pointers to structs of one pointer; we never look inside.
using DuckHandle = void*;

/// duckdb_result: passed by value, so its layout counts.
struct DuckResult {
  std::uint64_t column_count;
  std::uint64_t row_count;
  std::uint64_t rows_changed;
  void* columns;
  char* error_message;
  void* internal;
};

/// duckdb_string_t: 12 bytes or fewer in place, longer ones behind a pointer.
struct DuckString {
  std::uint32_t length;
  char start[4];
  union {
    char rest[8];
    const char* pointer;
  };
};
static_assert(sizeof(DuckString) == 16);

enum DuckType : int {
  kDuckBoolean = 1,
  kDuckInteger = 4,
  kDuckBigint = 5,
  kDuckFloat = 10,
  kDuckDouble = 11,
  kDuckVarchar = 17,
  kDuckBlob = 18,
};

/// Function pointers, named as the functions without their prefix duckdb_.
struct DuckApi {
  const char* (*library_version)();
  int (*open_ext)(const char* path, DuckHandle* database, DuckHandle config, char** error);
  void (*close)(DuckHandle* database);
  int (*connect)(DuckHandle database, DuckHandle* connection);
  void (*disconnect)(DuckHandle* connection);
  int (*create_config)(DuckHandle* config);
  int (*set_config)(DuckHandle config, const char* name, const char* option);
  void (*destroy_config)(DuckHandle* config);
  void (*free)(void* memory);
  int (*query)(DuckHandle connection, const char* sql, DuckResult* result);
  void (*destroy_result)(DuckResult* result);
  const char* (*result_error)(DuckResult* result);
  std::uint64_t (*column_count)(DuckResult* result);
  const char* (*column_name)(DuckResult* result, std::uint64_t column);
  int (*column_type)(DuckResult* result, std::uint64_t column);
  DuckHandle (*fetch_chunk)(DuckResult result);
  DuckHandle (*create_data_chunk)(DuckHandle* types, std::uint64_t count);
  void (*destroy_data_chunk)(DuckHandle* chunk);
  void (*data_chunk_reset)(DuckHandle chunk);
  std::uint64_t (*data_chunk_get_size)(DuckHandle chunk);
  void (*data_chunk_set_size)(DuckHandle chunk, std::uint64_t size);
  DuckHandle (*data_chunk_get_vector)(DuckHandle chunk, std::uint64_t column);
  void* (*vector_get_data)(DuckHandle vector);
  std::uint64_t* (*vector_get_validity)(DuckHandle vector);
  std::uint64_t (*vector_size)();
  void (*vector_assign_string_element_len)(DuckHandle vector, std::uint64_t index, const char* text,
                                           std::uint64_t length);
  int (*appender_create)(DuckHandle connection, const char* schema, const char* table,
                         DuckHandle* appender);
  const char* (*appender_error)(DuckHandle appender);
  int (*append_data_chunk)(DuckHandle appender, DuckHandle chunk);
  int (*appender_close)(DuckHandle appender);
  int (*appender_destroy)(DuckHandle* appender);
  DuckHandle (*create_logical_type)(int type);
  void (*destroy_logical_type)(DuckHandle* type);
};

/// Loads the library on the first call. @throws ServiceError naming the places that were tried
const DuckApi& duck_api();

/// A database in memory with one thread and one connection.
class DuckConnection {
 public:
  DuckConnection();
  ~DuckConnection();
  DuckConnection(const DuckConnection&) = delete;
  DuckConnection& operator=(const DuckConnection&) = delete;
  [[nodiscard]] DuckHandle handle() const { return connection_; }

 private:
  DuckHandle database_ = nullptr;
  DuckHandle connection_ = nullptr;
};

/// The result of a query, freed at its end; `error` is empty where it went well.
class DuckQuery {
 public:
  DuckQuery(const DuckConnection& connection, const std::string& sql);
  ~DuckQuery();
  DuckQuery(const DuckQuery&) = delete;
  DuckQuery& operator=(const DuckQuery&) = delete;
  [[nodiscard]] const std::string& error() const { return error_; }
  [[nodiscard]] DuckResult& result() { return result_; }

 private:
  DuckResult result_{};
  std::string error_;
};

/// 'text' as SQL writes it.
std::string sql_text(const std::string& text);
/// "name" as SQL writes it.
std::string sql_name(const std::string& name);

}  // namespace skywright::io::detail
