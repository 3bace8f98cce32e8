#include "skywright/sql/statement.h"

#include <cmath>
#include <limits>
#include <utility>

#include <sqlite3.h>

#include "skywright/base/error.h"
#include "skywright/sql/detail/sqlite_error.h"

namespace skywright::sql {

Statement::Statement(std::shared_ptr<sqlite3> database, std::string_view sql, std::string name)
    : database_(std::move(database)), name_(std::move(name)) {
  const int code = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
  if (code != SQLITE_OK) detail::fail(database_.get(), code, name_, "a query was refused");
}

Statement::Statement(Statement&& other) noexcept
    : database_(std::move(other.database_)),
      name_(std::move(other.name_)),
      statement_(std::exchange(other.statement_, nullptr)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(database_, other.database_);
  std::swap(name_, other.name_);
  std::swap(statement_, other.statement_);
  return *this;
}

Statement::~Statement() { sqlite3_finalize(statement_); }

namespace {

void check_bind(sqlite3* handle, int code, const std::string& name) {
  if (code != SQLITE_OK) detail::fail(handle, code, name, "a value cannot be bound");
}

}  // namespace

void Statement::bind_one(int index, std::nullptr_t) {
  check_bind(database_.get(), sqlite3_bind_null(statement_, index + 1), name_);
}

void Statement::bind_one(int index, std::string_view text) {
  const char* data = text.data() == nullptr ? "" : text.data();
  check_bind(
      database_.get(),
      sqlite3_bind_text64(statement_, index + 1, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8),
      name_);
}

void Statement::bind_one(int index, std::span<const std::uint8_t> bytes) {
  check_bind(database_.get(),
             bytes.empty() ? sqlite3_bind_zeroblob(statement_, index + 1, 0)
                           : sqlite3_bind_blob64(statement_, index + 1, bytes.data(), bytes.size(),
                                                 SQLITE_TRANSIENT),
             name_);
}

void Statement::bind_whole(int index, std::int64_t value) {
  check_bind(database_.get(), sqlite3_bind_int64(statement_, index + 1, value), name_);
}

void Statement::bind_real(int index, double value) {
  if (std::isnan(value)) return bind_one(index, nullptr);
  check_bind(database_.get(), sqlite3_bind_double(statement_, index + 1, value), name_);
}

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    sqlite3_reset(statement_);
    return false;
  }
  sqlite3_reset(statement_);  // keeps the message of the failed step
  detail::fail(database_.get(), code, name_, "a query failed");
}

void Statement::run() {
  while (step()) {
  }
}

void Statement::rewind() { sqlite3_reset(statement_); }

int Statement::columns() const { return sqlite3_column_count(statement_); }

std::string Statement::column_name(int column) const {
  const char* name = sqlite3_column_name(statement_, column);
  return name == nullptr ? "" : name;
}

std::string Statement::declared_type(int column) const {
  const char* type = sqlite3_column_decltype(statement_, column);
  return type == nullptr ? "" : type;
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Statement::whole(int column) const { return sqlite3_column_int64(statement_, column); }

double Statement::real(int column) const {
  return is_null(column) ? std::numeric_limits<double>::quiet_NaN()
                         : sqlite3_column_double(statement_, column);
}

std::string Statement::text(int column) const {
  const unsigned char* text = sqlite3_column_text(statement_, column);
  if (text == nullptr) return {};
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return {reinterpret_cast<const char*>(text), size};
}

std::span<const std::uint8_t> Statement::bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return {static_cast<const std::uint8_t*>(data), data == nullptr ? 0 : size};
}

Statement::Kind Statement::kind(int column) const {
  switch (sqlite3_column_type(statement_, column)) {
    case SQLITE_INTEGER:
      return Kind::whole;
    case SQLITE_FLOAT:
      return Kind::real;
    case SQLITE_TEXT:
      return Kind::text;
    case SQLITE_BLOB:
      return Kind::bytes;
    default:
      return Kind::null;
  }
}

}  // namespace skywright::sql
