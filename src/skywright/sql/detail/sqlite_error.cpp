#include "skywright/sql/detail/sqlite_error.h"

#include <string>

#include <sqlite3.h>

#include "skywright/base/error.h"

namespace skywright::sql::detail {

void fail(sqlite3* handle, int code, std::string_view database, std::string_view doing) {
  const std::string problem = std::string(database) + ": " + std::string(doing);
  const std::string reason = handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  switch (code & 0xFF) {  // the primary code stands in the low byte of an extended one
    case SQLITE_FULL:
      throw StorageError(problem, "the disk is full", "free space and run again; nothing was lost");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw StorageError(problem, "another process holds the database's lock",
                         "wait for it to end and run again");
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
    case SQLITE_AUTH:
      throw StorageError(problem, reason, "check that the file and its folder may be written");
    case SQLITE_IOERR:
      throw StorageError(problem, reason, "check the disk, its space and quota, and run again");
    case SQLITE_NOTADB:
      throw InputError(problem, "it is not an SQLite database", "name a file that is one");
    case SQLITE_CORRUPT:
      throw InputError(problem, "the database is damaged: " + reason,
                       "restore it or rebuild it from the files it describes");
    case SQLITE_CONSTRAINT:
      throw InputError(problem, reason, "each row must keep the table's rules");
    case SQLITE_TOOBIG:
      throw InputError(problem, reason, "a value must be smaller than 1 GB");
    case SQLITE_NOMEM:
      throw std::bad_alloc();
    case SQLITE_ERROR:
      throw InputError(problem, reason, "check that the database is of the kind needed here");
    default:
      throw Error(ExitCode::internal, problem, reason, "please report it");
  }
}

}  // namespace skywright::sql::detail
