/// SQLite files with errors that say what to do.
///
///     Database db("prompt.sqlite", {.access = Access::create});
///     Transaction change(db);
///     db.execute("CREATE TABLE IF NOT EXISTS Visit(visit INTEGER PRIMARY KEY, band TEXT)");
///     change.commit();
///     table::Table visits = db.query("SELECT * FROM Visit ORDER BY visit");
///
/// A Database belongs to one thread at a time; open one a thread. https://sqlite.org/wal.html
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "skywright/sql/statement.h"
#include "skywright/table/table.h"

namespace skywright::sql {

enum class Access {
  read_only,   ///< the file must exist and is never changed
  read_write,  ///< the file must exist
  create       ///< made where it does not exist; its folder must
};

/// How changes are kept safe.
enum class Journal {
  write_ahead,  ///< readers go on while one writes; for databases that live on
  rollback      ///< one file and nothing beside it; for files that are handed on
};

/// Whether other processes may have the file open, too.
enum class Sharing {
  shared,
  alone  ///< from opening to closing; StorageError where another has it
};

struct DatabaseOptions {
  Access access = Access::read_only;
  Journal journal = Journal::write_ahead;  ///< set where the database may be written
  Sharing sharing = Sharing::shared;
  int busy_timeout_ms = 30000;  ///< wait for another's lock so long, then StorageError
};

class Database {
 public:
  /// @throws InputError where it does not exist or is no SQLite database; StorageError where it
  ///         cannot be opened, made or written
  explicit Database(const std::filesystem::path& path, const DatabaseOptions& options = {});
  /// A database in memory, empty, gone at the end.
  static Database in_memory();

  /// Run statements separated by semicolons.
  void execute(std::string_view sql);
  /// @throws InputError for SQL that does not fit the database (a table or column is missing)
  [[nodiscard]] Statement prepare(std::string_view sql) const;

  /// The rows of a query as a table. A column declared INTEGER is int64, REAL double, TEXT text;
  /// an expression takes the kind of its first value that is not NULL. NULL is NaN in a real
  /// column and empty in a text one.
  /// @throws InputError for NULL in a column of whole numbers (use COALESCE) and for bytes
  template <class... Values>
  [[nodiscard]] table::Table query(std::string_view sql, const Values&... values) const {
    Statement statement = prepare(sql);
    statement.bind(values...);
    return rows_of(statement);
  }
  /// The one whole number that a query yields; 0 where it yields no row.
  template <class... Values>
  [[nodiscard]] std::int64_t whole(std::string_view sql, const Values&... values) const {
    Statement statement = prepare(sql);
    statement.bind(values...);
    return statement.step() ? statement.whole(0) : 0;
  }

  [[nodiscard]] bool has_table(std::string_view name) const;
  [[nodiscard]] const std::string& name() const { return name_; }
  /// Rows that the last INSERT, UPDATE or DELETE changed.
  [[nodiscard]] std::int64_t changes() const;

 private:
  Database() = default;
  static table::Table rows_of(Statement& statement);

  std::shared_ptr<sqlite3> handle_;
  std::string name_;
};

/// Changes that happen together or not at all: undone at the end of scope unless committed.
class Transaction {
 public:
  /// Takes the write lock at once, so that it never has to be given back half way.
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

/// Create or empty `name` and fill it with a table's rows, in one transaction. Flags become 0 and
/// 1; NaN becomes NULL.
void store_table(Database& database, std::string_view name, const table::Table& table);

/// A name as SQL writes it, quotes doubled: columns may be called as they like.
std::string quoted_name(std::string_view name);

}  // namespace skywright::sql
