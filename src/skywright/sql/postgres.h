/// A PostgreSQL server, through libpq, with errors that say what to do.
///
///     Postgres server("postgresql://me@db.example.org/survey");
///     server.execute("CREATE TABLE IF NOT EXISTS Visit(visit BIGINT PRIMARY KEY, band TEXT)");
///     PostgresRows rows = server.query("SELECT visit FROM Visit WHERE band = $1", {"r"});
///
/// libpq is loaded when first asked for: without a server nobody needs it. A Postgres belongs to
/// one thread at a time. https://www.postgresql.org/docs/15/libpq.html
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct pg_conn;
struct pg_result;

namespace skywright::sql {

/// Whether this names a server rather than a file: postgresql://... or postgres://...
bool is_postgres_url(std::string_view place);

/// What a query yields, all in memory.
class PostgresRows {
 public:
  [[nodiscard]] std::size_t rows() const;
  [[nodiscard]] int columns() const;
  [[nodiscard]] bool is_null(std::size_t row, int column) const;
  [[nodiscard]] std::string_view text(std::size_t row, int column) const;  ///< empty for NULL
  [[nodiscard]] std::int64_t whole(std::size_t row, int column) const;     ///< 0 for NULL
  [[nodiscard]] double real(std::size_t row, int column) const;            ///< NaN for NULL

 private:
  friend class Postgres;
  explicit PostgresRows(std::shared_ptr<pg_result> result) : result_(std::move(result)) {}
  std::shared_ptr<pg_result> result_;
};

class Postgres {
 public:
  /// @param url as libpq reads it; a password belongs in ~/.pgpass or PGPASSWORD
  /// @throws ServiceError where libpq is missing or no server answers; ConfigError for a URL that
  ///         makes no sense
  explicit Postgres(const std::string& url);

  /// Run statements separated by semicolons.
  /// @throws ServiceError where the server is gone; StorageError where it has no room or may not
  ///         write; InputError for SQL that does not fit what is there
  void execute(const std::string& sql);
  /// Parameters are $1, $2, ... as text; the server converts them.
  PostgresRows query(const std::string& sql, const std::vector<std::string>& parameters = {});
  /// COPY `target` FROM what `text` holds, in COPY's text format: a line a row, tabs between.
  void copy_in(const std::string& target, std::string_view text);
  /// Take up a connection that was lost, trying for `patience_s` seconds.
  /// @throws ServiceError
  void reconnect_if_lost(double patience_s);

  /// The server and the database, without user and password, for messages.
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  PostgresRows checked(pg_result* result);
  [[noreturn]] void fail(const pg_result* result);

  std::shared_ptr<pg_conn> connection_;
  std::string name_;
};

/// {1,2,3}: an array parameter.
std::string array_text(const std::vector<std::int64_t>& values);

/// Append a text field of COPY, escaped.
void append_copy_text(std::string& line, std::string_view text);

}  // namespace skywright::sql
