#include "skywright/sql/detail/libpq_api.h"

#include <string>

#include <dlfcn.h>

#include "skywright/base/error.h"

namespace skywright::sql::detail {
namespace {

[[noreturn]] void refuse(const std::string& reason) {
  throw ServiceError("PostgreSQL's client library", reason,
                     "install it (Debian: libpq5), or keep the database in a file");
}

template <class F>
void find(void* library, const char* name, F& function) {
  void* symbol = dlsym(library, name);
  if (symbol == nullptr) refuse(std::string("has no ") + name);
  function = reinterpret_cast<F>(symbol);
}

LibpqApi loaded() {
  void* library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) refuse(std::string("cannot be loaded: ") + dlerror());
  LibpqApi api{};
  find(library, "PQconnectdb", api.connectdb);
  find(library, "PQfinish", api.finish);
  find(library, "PQreset", api.reset);
  find(library, "PQstatus", api.status);
  find(library, "PQerrorMessage", api.error_message);
  find(library, "PQconninfoParse", api.conninfo_parse);
  find(library, "PQconninfoFree", api.conninfo_free);
  find(library, "PQfreemem", api.freemem);
  find(library, "PQhost", api.host);
  find(library, "PQdb", api.db);
  find(library, "PQsetNoticeProcessor", api.set_notice_processor);
  find(library, "PQexec", api.exec);
  find(library, "PQexecParams", api.exec_params);
  find(library, "PQresultStatus", api.result_status);
  find(library, "PQresultErrorField", api.result_error_field);
  find(library, "PQresultErrorMessage", api.result_error_message);
  find(library, "PQclear", api.clear);
  find(library, "PQntuples", api.ntuples);
  find(library, "PQnfields", api.nfields);
  find(library, "PQgetisnull", api.getisnull);
  find(library, "PQgetvalue", api.getvalue);
  find(library, "PQgetlength", api.getlength);
  find(library, "PQputCopyData", api.put_copy_data);
  find(library, "PQputCopyEnd", api.put_copy_end);
  find(library, "PQgetResult", api.get_result);
  return api;
}

}  // namespace

const LibpqApi& libpq() {
  static const LibpqApi api = loaded();
  return api;
}

}  // namespace skywright::sql::detail
