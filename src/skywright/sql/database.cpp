#include "skywright/sql/database.h"

#include <array>
#include <fstream>

#include <sqlite3.h>

#include "skywright/base/error.h"
#include "skywright/sql/detail/sqlite_error.h"

namespace skywright::sql {
namespace {

namespace fs = std::filesystem;

std::shared_ptr<sqlite3> open_handle(const std::string& name, int flags, const std::string& shown) {
  sqlite3* raw = nullptr;
  // No mutexes of SQLite's own: a Database belongs to one thread at a time.
  const int code = sqlite3_open_v2(name.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  std::shared_ptr<sqlite3> handle(raw, [](sqlite3* h) { sqlite3_close_v2(h); });
  if (code != SQLITE_OK) detail::fail(raw, code, shown, "cannot be opened");
  sqlite3_extended_result_codes(raw, 1);
  return handle;
}

/// Says early and plainly what SQLite would say late: a missing file, a folder, a stranger's file.
void check_existing(const fs::path& path) {
  const std::string shown = path.string();
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status))
    throw InputError(shown, "there is no such file", "name a database that exists");
  if (fs::is_directory(status))
    throw InputError(shown, "it is a folder", "name an SQLite database");
  std::ifstream in(path, std::ios::binary);
  if (!in) throw StorageError(shown, "cannot be read", "check its permissions");
  std::array<char, 16> magic{};
  in.read(magic.data(), static_cast<std::streamsize>(magic.size()));
  // https://sqlite.org/fileformat.html 1.3.1; an empty file is an empty database.
  if (in.gcount() != 0 && std::string_view(magic.data(), static_cast<std::size_t>(in.gcount())) !=
                              std::string_view("SQLite format 3\0", 16))
    throw InputError(shown, "it is not an SQLite database", "name a file that is one");
}

int open_flags(Access access) {
  if (access == Access::read_only) return SQLITE_OPEN_READONLY;
  if (access == Access::read_write) return SQLITE_OPEN_READWRITE;
  return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
}

/// "file:" address of a path, with the characters that an address keeps for itself escaped.
std::string file_address(const fs::path& path, std::string_view query) {
  std::string address = "file:";
  for (const char c : fs::absolute(path).string()) {
    if (c == '%' || c == '?' || c == '#') {
      constexpr std::string_view kHex = "0123456789ABCDEF";
      address += '%';
      address += kHex[static_cast<unsigned char>(c) >> 4];
      address += kHex[static_cast<unsigned char>(c) & 0xF];
    } else {
      address += c;
    }
  }
  return address.append("?").append(query);
}

bool readable(sqlite3* handle) {
  return sqlite3_exec(handle, "SELECT count(*) FROM sqlite_schema", nullptr, nullptr, nullptr) ==
         SQLITE_OK;
}

}  // namespace

Database::Database(const fs::path& path, const DatabaseOptions& options) : name_(path.string()) {
  if (options.access != Access::create || fs::exists(path)) check_existing(path);
  handle_ = open_handle(path.string(), open_flags(options.access), name_);
  sqlite3_busy_timeout(handle_.get(), options.busy_timeout_ms);
  if (options.access == Access::read_only) {
    // A write-ahead database on a folder that cannot be written has no place for its index; where
    // no log waits beside it, the file alone is the whole truth.
    if (!readable(handle_.get()) && (sqlite3_errcode(handle_.get()) & 0xFF) == SQLITE_CANTOPEN &&
        !fs::exists(path.string() + "-wal"))
      handle_ = open_handle(file_address(path, "immutable=1"),
                            SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, name_);
  } else {
    const std::string_view mode = options.journal == Journal::write_ahead ? "wal" : "delete";
    execute("PRAGMA foreign_keys=ON");
    if (options.sharing == Sharing::alone) execute("PRAGMA locking_mode=EXCLUSIVE");
    (void)prepare("PRAGMA journal_mode=" + std::string(mode)).step();
    // A commit that returned survives a loss of power.
    execute("PRAGMA synchronous=FULL");
    // The lock taken here is kept beyond the transaction: https://sqlite.org/pragma.html
    if (options.sharing == Sharing::alone) execute("BEGIN EXCLUSIVE; COMMIT");
  }
  if (!readable(handle_.get()))
    detail::fail(handle_.get(), sqlite3_errcode(handle_.get()), name_, "cannot be read");
}

Database Database::in_memory() {
  Database database;
  database.name_ = "database in memory";
  database.handle_ = open_handle(":memory:", SQLITE_OPEN_READWRITE, database.name_);
  database.execute("PRAGMA foreign_keys=ON");
  return database;
}

void Database::execute(std::string_view sql) {
  const int code = sqlite3_exec(handle_.get(), std::string(sql).c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) detail::fail(handle_.get(), code, name_, "a change was refused");
}

Statement Database::prepare(std::string_view sql) const { return {handle_, sql, name_}; }

bool Database::has_table(std::string_view name) const {
  return whole("SELECT count(*) FROM sqlite_schema WHERE type IN ('table', 'view') AND name = ?",
               name) != 0;
}

std::int64_t Database::changes() const { return sqlite3_changes64(handle_.get()); }

Transaction::Transaction(Database& database) : database_(database) {
  database_.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (!open_) return;
  try {
    database_.execute("ROLLBACK");
  } catch (const std::exception&) {
    // SQLite has rolled back by itself (a full disk), which is what was asked for.
  }
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace skywright::sql
