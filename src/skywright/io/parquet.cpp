#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "skywright/base/error.h"
#include "skywright/config/json_text.h"
#include "skywright/io/atomic_file.h"
#include "skywright/io/detail/byte_source.h"
#include "skywright/io/detail/duckdb_api.h"
#include "skywright/io/read_error.h"
#include "skywright/io/table_files.h"

namespace skywright::io {
namespace {

using detail::duck_api;
using detail::DuckConnection;
using detail::DuckHandle;
using detail::DuckQuery;
using detail::sql_name;
using detail::sql_text;
using table::Column;
using table::Table;

/// Units and descriptions stand under this key of the file's metadata, as JSON:
/// {"columns": [{"name": ..., "unit": ..., "description": ...}, ...]}.
constexpr const char* kColumnsKey = "skywright";

/// DuckDB stores only valid UTF-8; other bytes become '?'.
std::string valid_utf8(const std::string& text) {
  std::string out = text;
  for (std::size_t i = 0; i < out.size();) {
    const auto c = static_cast<unsigned char>(out[i]);
    const std::size_t length = c < 0x80                ? 1
                               : c >= 0xc2 && c < 0xe0 ? 2
                               : c >= 0xe0 && c < 0xf0 ? 3
                               : c >= 0xf0 && c < 0xf5 ? 4
                                                       : 0;
    bool good = length > 0 && i + length <= out.size() && c != 0;
    for (std::size_t k = 1; good && k < length; ++k)
      good = (static_cast<unsigned char>(out[i + k]) & 0xc0) == 0x80;
    if (good && length >= 3) {
      // Overlong forms, surrogates and codes above U+10FFFF.
      const auto d = static_cast<unsigned char>(out[i + 1]);
      good = !(c == 0xe0 && d < 0xa0) && !(c == 0xed && d >= 0xa0) && !(c == 0xf0 && d < 0x90) &&
             !(c == 0xf4 && d >= 0x90);
    }
    if (!good) out[i] = '?';
    i += good ? length : 1;
  }
  return out;
}

struct SqlType {
  const char* name;
  int type;
};
SqlType sql_type(const table::Values& values) {
  static constexpr SqlType kTypes[] = {
      {"DOUBLE", detail::kDuckDouble},   {"FLOAT", detail::kDuckFloat},
      {"BIGINT", detail::kDuckBigint},   {"INTEGER", detail::kDuckInteger},
      {"BOOLEAN", detail::kDuckBoolean}, {"VARCHAR", detail::kDuckVarchar}};
  return kTypes[values.index()];
}

/// A chunk of rows on its way into DuckDB.
class Chunk {
 public:
  explicit Chunk(const Table& table) {
    std::vector<DuckHandle> types;
    for (const Column& column : table.columns())
      types.push_back(duck_api().create_logical_type(sql_type(column.values).type));
    chunk_ = duck_api().create_data_chunk(types.data(), types.size());
    for (DuckHandle& type : types) duck_api().destroy_logical_type(&type);
  }
  ~Chunk() { duck_api().destroy_data_chunk(&chunk_); }
  Chunk(const Chunk&) = delete;
  Chunk& operator=(const Chunk&) = delete;
  [[nodiscard]] DuckHandle handle() const { return chunk_; }

  void fill(const Table& table, std::size_t begin, std::size_t end) {
    duck_api().data_chunk_reset(chunk_);
    for (std::size_t c = 0; c < table.columns().size(); ++c) {
      const DuckHandle vector = duck_api().data_chunk_get_vector(chunk_, c);
      std::visit(
          [&](const auto& v) {
            using V = std::decay_t<decltype(v)>;
            if constexpr (std::is_same_v<V, std::vector<std::string>>) {
              for (std::size_t r = begin; r < end; ++r) {
                const std::string text = valid_utf8(v[r]);
                duck_api().vector_assign_string_element_len(vector, r - begin, text.data(),
                                                            text.size());
              }
            } else if constexpr (std::is_same_v<V, table::Flags>) {
              auto* to = static_cast<bool*>(duck_api().vector_get_data(vector));
              for (std::size_t r = begin; r < end; ++r) to[r - begin] = v.values[r] != 0;
            } else {
              std::memcpy(duck_api().vector_get_data(vector), v.data() + begin,
                          (end - begin) * sizeof(v[0]));
            }
          },
          table.columns()[c].values);
    }
    duck_api().data_chunk_set_size(chunk_, end - begin);
  }

 private:
  DuckHandle chunk_ = nullptr;
};

void append_rows(const DuckConnection& connection, const Table& table) {
  DuckHandle appender = nullptr;
  const auto fail = [&] {
    const char* error = duck_api().appender_error(appender);
    const std::string reason = error != nullptr ? error : "out of memory";
    duck_api().appender_destroy(&appender);
    throw StorageError("a table on its way to Parquet", reason, "write a .fits file instead");
  };
  if (duck_api().appender_create(connection.handle(), nullptr, "t", &appender) != 0) fail();
  Chunk chunk(table);
  const std::size_t piece = duck_api().vector_size();
  for (std::size_t begin = 0; begin < table.rows(); begin += piece) {
    chunk.fill(table, begin, std::min(table.rows(), begin + piece));
    if (duck_api().append_data_chunk(appender, chunk.handle()) != 0) fail();
  }
  if (duck_api().appender_close(appender) != 0) fail();
  duck_api().appender_destroy(&appender);
}

/// KV_METADATA {...}: the table's own facts, then units and descriptions.
std::string metadata_sql(const Table& table) {
  nlohmann::ordered_json columns = nlohmann::ordered_json::array();
  for (const Column& column : table.columns())
    columns.push_back({{"name", valid_utf8(column.name)},
                       {"unit", valid_utf8(column.unit)},
                       {"description", valid_utf8(column.description)}});
  const nlohmann::ordered_json all = {{"columns", columns}};
  std::string sql =
      fmt::format("{{{}: {}", sql_text(kColumnsKey), sql_text(config::json_text(all)));
  for (const auto& [key, value] : table.metadata)
    if (!key.empty() && key != kColumnsKey)
      sql += fmt::format(", {}: {}", sql_text(valid_utf8(key)), sql_text(valid_utf8(value)));
  return sql + "}";
}

/// SQL compares names without case.
void check_names(const std::filesystem::path& path, const Table& table) {
  std::set<std::string> seen;
  if (table.columns().empty())
    throw InputError(path.string(), "a table without columns cannot be Parquet",
                     "write at least one column");
  for (const Column& column : table.columns()) {
    std::string name = column.name;
    std::transform(name.begin(), name.end(), name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    if (name.empty() || !seen.insert(name).second)
      throw InputError(path.string(),
                       fmt::format("column '{}' has no name, or one that differs from another's "
                                   "only in case",
                                   column.name),
                       "rename it, or write a .fits file");
  }
}

/// The path as an argument of read_parquet, which would take * ? [ for patterns.
std::string sql_path(const std::filesystem::path& path) {
  std::string out;
  for (const char c : path.string()) {
    const bool pattern = c == '*' || c == '?' || c == '[';
    out += pattern ? fmt::format("[{}]", c) : std::string(1, c);
  }
  return sql_text(out);
}

/// Calls f(vector of each column, rows) for every chunk of a result.
template <class F>
void for_chunks(DuckQuery& query, F&& f) {
  struct Holder {
    DuckHandle chunk;
    ~Holder() { duck_api().destroy_data_chunk(&chunk); }
  };
  for (;;) {
    const Holder holder{duck_api().fetch_chunk(query.result())};
    if (holder.chunk == nullptr) return;
    f(holder.chunk, static_cast<std::size_t>(duck_api().data_chunk_get_size(holder.chunk)));
  }
}

bool is_valid(const std::uint64_t* validity, std::size_t row) {
  return validity == nullptr || ((validity[row / 64] >> (row % 64)) & 1U) != 0;
}

std::string text_of(const detail::DuckString& s) {
  return s.length <= 12 ? std::string(s.start, s.length) : std::string(s.pointer, s.length);
}

/// The texts of column `column` of a chunk.
std::vector<std::string> texts(DuckHandle chunk, std::size_t column, std::size_t rows) {
  const DuckHandle vector = duck_api().data_chunk_get_vector(chunk, column);
  const auto* values = static_cast<const detail::DuckString*>(duck_api().vector_get_data(vector));
  const std::uint64_t* validity = duck_api().vector_get_validity(vector);
  std::vector<std::string> out(rows);
  for (std::size_t r = 0; r < rows; ++r)
    if (is_valid(validity, r)) out[r] = text_of(values[r]);
  return out;
}

template <class T>
void append_numbers(DuckHandle vector, std::size_t rows, std::vector<T>& to) {
  const auto* values = static_cast<const T*>(duck_api().vector_get_data(vector));
  const std::uint64_t* validity = duck_api().vector_get_validity(vector);
  constexpr T kNull = std::is_floating_point_v<T> ? std::numeric_limits<T>::quiet_NaN() : T{};
  for (std::size_t r = 0; r < rows; ++r) to.push_back(is_valid(validity, r) ? values[r] : kNull);
}

/// The SQL expression that reads a column as one of our types; empty for what we cannot hold.
std::string expression(const std::string& name, const std::string& type) {
  const std::string column = sql_name(name);
  const auto one_of = [&](std::initializer_list<const char*> types) {
    return std::find(types.begin(), types.end(), type) != types.end();
  };
  if (one_of({"BOOLEAN", "INTEGER", "BIGINT", "FLOAT", "DOUBLE", "VARCHAR"})) return column;
  const auto cast = [&](const char* to) {
    return fmt::format("CAST({} AS {}) AS {}", column, to, column);
  };
  if (one_of({"TINYINT", "SMALLINT", "UTINYINT", "USMALLINT"})) return cast("INTEGER");
  if (one_of({"UINTEGER", "UBIGINT"})) return cast("BIGINT");
  if (one_of({"HUGEINT", "UHUGEINT"}) || type.starts_with("DECIMAL")) return cast("DOUBLE");
  if (type.ends_with("]") || type.starts_with("STRUCT") || type.starts_with("MAP") ||
      type.starts_with("UNION"))
    return {};
  return cast("VARCHAR");
}

table::Values empty_values(int type) {
  switch (type) {
    case detail::kDuckBoolean:
      return table::Flags{};
    case detail::kDuckInteger:
      return std::vector<std::int32_t>{};
    case detail::kDuckBigint:
      return std::vector<std::int64_t>{};
    case detail::kDuckFloat:
      return std::vector<float>{};
    case detail::kDuckDouble:
      return std::vector<double>{};
    default:
      return std::vector<std::string>{};
  }
}

void append_chunk(DuckHandle chunk, std::size_t column, std::size_t rows, table::Values& values) {
  const DuckHandle vector = duck_api().data_chunk_get_vector(chunk, column);
  std::visit(
      [&](auto& v) {
        using V = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<V, std::vector<std::string>>) {
          for (std::string& text : texts(chunk, column, rows)) v.push_back(std::move(text));
        } else if constexpr (std::is_same_v<V, table::Flags>) {
          append_numbers(vector, rows, v.values);
        } else {
          append_numbers(vector, rows, v);
        }
      },
      values);
}

class ParquetReader {
 public:
  explicit ParquetReader(const std::filesystem::path& path) : path_(path) {
    const auto file = detail::open_byte_source(path);
    char magic[4] = {};
    if (file->size() >= 12) file->read(0, magic, 4);
    if (std::memcmp(magic, "PAR1", 4) != 0) refuse("is not a Parquet file");
  }

  Table table() {
    std::string columns;
    std::string left_out;
    ask("DESCRIBE SELECT * FROM read_parquet({})", [&](DuckHandle chunk, std::size_t rows) {
      const auto names = texts(chunk, 0, rows);
      const auto types = texts(chunk, 1, rows);
      for (std::size_t i = 0; i < rows; ++i) {
        const std::string sql = expression(names[i], types[i]);
        std::string& list = sql.empty() ? left_out : columns;
        list.append(list.empty()  ? ""
                    : sql.empty() ? " "
                                  : ", ")
            .append(sql.empty() ? names[i] : sql);
      }
    });
    std::vector<std::string> names;
    std::vector<table::Values> values;
    if (!columns.empty()) read_values(columns, names, values);
    Table out = described(std::move(names), std::move(values));
    if (!left_out.empty()) out.metadata["columns_left_out"] = left_out;
    return out;
  }

 private:
  [[noreturn]] void refuse(const std::string& reason) const {
    // Neither is the file's fault: the disk, or the machine's memory.
    if (reason.starts_with("IO Error: Could not read") || reason.starts_with("Out of Memory Error"))
      throw ReadError(path_.string(), reason);
    throw InputError(path_.string(), reason, "name a Parquet file, or fetch it again");
  }

  template <class F>
  void ask(const char* sql, F&& f) {
    DuckQuery query(connection_, fmt::format(fmt::runtime(sql), sql_path(path_)));
    if (!query.error().empty()) refuse(query.error());
    for_chunks(query, f);
  }

  void read_values(const std::string& columns, std::vector<std::string>& names,
                   std::vector<table::Values>& values) {
    DuckQuery query(connection_,
                    fmt::format("SELECT {} FROM read_parquet({})", columns, sql_path(path_)));
    if (!query.error().empty()) refuse(query.error());
    const std::uint64_t count = duck_api().column_count(&query.result());
    for (std::uint64_t c = 0; c < count; ++c) {
      names.emplace_back(duck_api().column_name(&query.result(), c));
      values.push_back(empty_values(duck_api().column_type(&query.result(), c)));
    }
    for_chunks(query, [&](DuckHandle chunk, std::size_t rows) {
      for (std::size_t c = 0; c < values.size(); ++c) append_chunk(chunk, c, rows, values[c]);
    });
  }

  Table described(std::vector<std::string> names, std::vector<table::Values> values) {
    Table out;
    std::map<std::string, std::pair<std::string, std::string>> words;
    ask("SELECT key, value FROM parquet_kv_metadata({})", [&](DuckHandle chunk, std::size_t rows) {
      const auto keys = texts(chunk, 0, rows);
      const auto contents = texts(chunk, 1, rows);
      for (std::size_t i = 0; i < rows; ++i) {
        if (keys[i] == kColumnsKey)
          read_words(contents[i], words);
        else if (keys[i] != "ARROW:schema" && keys[i] != "pandas")
          out.metadata[keys[i]] = contents[i];
      }
    });
    for (std::size_t c = 0; c < names.size(); ++c) {
      const auto& [unit, description] = words[names[c]];
      out.add(names[c], unit, description, std::move(values[c]));
    }
    return out;
  }

  static void read_words(const std::string& json,
                         std::map<std::string, std::pair<std::string, std::string>>& words) {
    const auto all = nlohmann::json::parse(json, nullptr, false);
    if (!all.is_object() || !all.contains("columns") || !all["columns"].is_array()) return;
    for (const auto& column : all["columns"]) {
      if (!column.is_object()) continue;
      const auto text = [&](const char* key) {
        const auto it = column.find(key);
        return it != column.end() && it->is_string() ? it->template get<std::string>() : "";
      };
      words[text("name")] = {text("unit"), text("description")};
    }
  }

  std::filesystem::path path_;
  DuckConnection connection_;
};

ParquetLibrary& other_library() {
  static ParquetLibrary library;
  return library;
}

/// Whether the other library is there and needed.
bool takes_other_library() {
  if (!other_library().read) return false;
  try {
    duck_api();
    return false;
  } catch (const ServiceError&) {
    return true;
  }
}

}  // namespace

void set_other_parquet_library(ParquetLibrary library) { other_library() = std::move(library); }

Table read_parquet(const std::filesystem::path& path) {
  return takes_other_library() ? other_library().read(path) : ParquetReader(path).table();
}

void write_parquet(const std::filesystem::path& path, const Table& table) {
  check_names(path, table);
  if (takes_other_library()) {
    const std::filesystem::path temporary = temporary_beside(path);
    try {
      other_library().write(temporary, table);
    } catch (...) {
      ::unlink(temporary.c_str());
      throw;
    }
    return publish_replacing(temporary, path);
  }
  const DuckConnection connection;
  std::string create = "CREATE TABLE t (";
  for (std::size_t c = 0; c < table.columns().size(); ++c)
    create +=
        fmt::format("{}{} {}", c == 0 ? "" : ", ", sql_name(valid_utf8(table.columns()[c].name)),
                    sql_type(table.columns()[c].values).name);
  if (const DuckQuery made(connection, create + ")"); !made.error().empty())
    throw InputError(path.string(), made.error(), "rename the column, or write a .fits file");
  append_rows(connection, table);
  const std::filesystem::path temporary = temporary_beside(path);
  const DuckQuery copied(
      connection, fmt::format("COPY t TO {} (FORMAT parquet, COMPRESSION zstd, KV_METADATA {})",
                              sql_text(temporary.string()), metadata_sql(table)));
  if (!copied.error().empty()) {
    ::unlink(temporary.c_str());
    throw StorageError(path.string(), "cannot be written: " + copied.error(),
                       "free space or name a place that can be written");
  }
  publish_replacing(temporary, path);
}

}  // namespace skywright::io
