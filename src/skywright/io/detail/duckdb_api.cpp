#include "skywright/io/detail/duckdb_api.h"

#include <cstdlib>
#include <filesystem>
#include <vector>

#include <dlfcn.h>

#include "skywright/base/error.h"
#include "skywright/io/detail/duckdb_start.h"

namespace skywright::io::detail {
namespace {

namespace fs = std::filesystem;

/// Where the library may lie, in the order of preference.
std::vector<fs::path> candidates() {
  constexpr const char* kName = "libduckdb.so";
  if (const char* named = std::getenv("SKYWRIGHT_DUCKDB"); named != nullptr && *named != '\0') {
    const fs::path path(named);
    return {fs::is_directory(path) ? path / kName : path};
  }
  std::vector<fs::path> out;
  const auto beside = [&](const fs::path& file) {
    out.push_back(file.parent_path() / kName);
    out.push_back(file.parent_path().parent_path() / "lib" / kName);
  };
  std::error_code error;
  if (const fs::path program = fs::read_symlink("/proc/self/exe", error); !error) beside(program);
  // Where this code is itself part of a shared library, as in a Python package.
  Dl_info here{};
  if (dladdr(reinterpret_cast<const void*>(&candidates), &here) != 0 && here.dli_fname != nullptr)
    beside(fs::absolute(here.dli_fname, error));
  return out;
}

[[noreturn]] void refuse(const std::string& reason) {
  throw ServiceError("DuckDB, which reads and writes Parquet", reason,
                     "run tools/fetch_duckdb.sh FOLDER and set SKYWRIGHT_DUCKDB=FOLDER, or use "
                     ".fits or .csv files");
}

template <class F>
void find(void* library, const char* name, F& function) {
  void* symbol = dlsym(library, name);
  if (symbol == nullptr) refuse(std::string("its library has no ") + name);
  function = reinterpret_cast<F>(symbol);
}

DuckApi loaded() {
  void* library = nullptr;
  std::string tried;
  for (const fs::path& path : candidates()) {
    library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library != nullptr) break;
    tried += (tried.empty() ? "" : ", ");
    tried += path.string();
  }
  if (library == nullptr) refuse("cannot be loaded from " + tried);
  DuckApi api{};
#define SKYWRIGHT_FIND(name) find(library, "duckdb_" #name, api.name)
  SKYWRIGHT_FIND(library_version);
  SKYWRIGHT_FIND(open_ext);
  SKYWRIGHT_FIND(close);
  SKYWRIGHT_FIND(connect);
  SKYWRIGHT_FIND(disconnect);
  SKYWRIGHT_FIND(create_config);
  SKYWRIGHT_FIND(set_config);
  SKYWRIGHT_FIND(destroy_config);
  SKYWRIGHT_FIND(free);
  SKYWRIGHT_FIND(query);
  SKYWRIGHT_FIND(destroy_result);
  SKYWRIGHT_FIND(result_error);
  SKYWRIGHT_FIND(column_count);
  SKYWRIGHT_FIND(column_name);
  SKYWRIGHT_FIND(column_type);
  SKYWRIGHT_FIND(fetch_chunk);
  SKYWRIGHT_FIND(create_data_chunk);
  SKYWRIGHT_FIND(destroy_data_chunk);
  SKYWRIGHT_FIND(data_chunk_reset);
  SKYWRIGHT_FIND(data_chunk_get_size);
  SKYWRIGHT_FIND(data_chunk_set_size);
  SKYWRIGHT_FIND(data_chunk_get_vector);
  SKYWRIGHT_FIND(vector_get_data);
  SKYWRIGHT_FIND(vector_get_validity);
  SKYWRIGHT_FIND(vector_size);
  SKYWRIGHT_FIND(vector_assign_string_element_len);
  SKYWRIGHT_FIND(appender_create);
  SKYWRIGHT_FIND(appender_error);
  SKYWRIGHT_FIND(append_data_chunk);
  SKYWRIGHT_FIND(appender_close);
  SKYWRIGHT_FIND(appender_destroy);
  SKYWRIGHT_FIND(create_logical_type);
  SKYWRIGHT_FIND(destroy_logical_type);
#undef SKYWRIGHT_FIND
  return api;
}

}  // namespace

const DuckApi& duck_api() {
  static const DuckApi api = loaded();  // never unloaded: its threads may outlive main
  return api;
}

DuckConnection::DuckConnection() {
  const DuckApi& api = duck_api();
  DuckHandle config = nullptr;
  if (api.create_config(&config) != 0) refuse("cannot be configured");
  // One thread: the same bytes on every machine. Nothing is fetched from the network.
  for (const auto& [name, option] : {std::pair{"threads", "1"},
                                     {"autoinstall_known_extensions", "false"},
                                     {"autoload_known_extensions", "false"}})
    api.set_config(config, name, option);
  char* error = nullptr;
  const int state = [&] {
    const StartOfDuckDb here;
    return api.open_ext(nullptr, &database_, config, &error);
  }();
  api.destroy_config(&config);
  if (state != 0) {
    const std::string reason = error != nullptr ? error : "cannot be started";
    api.free(error);
    refuse(reason);
  }
  if (api.connect(database_, &connection_) != 0) {
    api.close(&database_);
    refuse("cannot be started");
  }
}

DuckConnection::~DuckConnection() {
  duck_api().disconnect(&connection_);
  duck_api().close(&database_);
}

DuckQuery::DuckQuery(const DuckConnection& connection, const std::string& sql) {
  if (duck_api().query(connection.handle(), sql.c_str(), &result_) == 0) return;
  const char* error = duck_api().result_error(&result_);
  error_ = error != nullptr ? error : "unknown error";
  error_ = error_.substr(0, error_.find('\n'));
}

DuckQuery::~DuckQuery() { duck_api().destroy_result(&result_); }

std::string sql_text(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    if (c != '\0') out += c;
  }
  return out + "'";
}

std::string sql_name(const std::string& name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"') out += '"';
    if (c != '\0') out += c;
  }
  return out + "\"";
}

}  // namespace skywright::io::detail
