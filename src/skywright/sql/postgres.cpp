#include "skywright/sql/postgres.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <limits>
#include <thread>

#include "skywright/base/error.h"
#include "skywright/sql/detail/libpq_api.h"

namespace skywright::sql {
namespace {

using detail::libpq;

// A notice is no error: the server tells of tables that are there already.
void ignore_notice(void*, const char*) {}

std::string first_line(const char* message) {
  std::string text = message == nullptr ? "" : message;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text.empty() ? "gave no reason" : text;
}

void check_url(const std::string& url) {
  char* error = nullptr;
  PQconninfoOption* options = libpq().conninfo_parse(url.c_str(), &error);
  if (options == nullptr) {
    const std::string reason = first_line(error);
    libpq().freemem(error);
    throw ConfigError("the database's URL", reason, "write postgresql://USER@HOST:PORT/DATABASE");
  }
  libpq().conninfo_free(options);
}

}  // namespace

bool is_postgres_url(std::string_view place) {
  return place.starts_with("postgresql://") || place.starts_with("postgres://");
}

std::size_t PostgresRows::rows() const {
  return static_cast<std::size_t>(libpq().ntuples(result_.get()));
}

int PostgresRows::columns() const { return libpq().nfields(result_.get()); }

bool PostgresRows::is_null(std::size_t row, int column) const {
  return libpq().getisnull(result_.get(), static_cast<int>(row), column) != 0;
}

std::string_view PostgresRows::text(std::size_t row, int column) const {
  const int r = static_cast<int>(row);
  return {libpq().getvalue(result_.get(), r, column),
          static_cast<std::size_t>(libpq().getlength(result_.get(), r, column))};
}

std::int64_t PostgresRows::whole(std::size_t row, int column) const {
  const std::string_view digits = text(row, column);
  std::int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

double PostgresRows::real(std::size_t row, int column) const {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  if (is_null(row, column)) return kNan;
  const std::string_view digits = text(row, column);
  double value = kNan;  // from_chars takes the server's words for infinity, too
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

Postgres::Postgres(const std::string& url) {
  check_url(url);
  connection_ = {libpq().connectdb(url.c_str()), libpq().finish};
  if (connection_ == nullptr) throw std::bad_alloc();
  const char* host = libpq().host(connection_.get());
  const char* database = libpq().db(connection_.get());
  name_ = "database " + std::string(database == nullptr ? "" : database) + " of the server " +
          std::string(host == nullptr ? "" : host);
  if (libpq().status(connection_.get()) != CONNECTION_OK) fail(nullptr);
  libpq().set_notice_processor(connection_.get(), ignore_notice, nullptr);
}

void Postgres::fail(const pg_result* result) {
  const char* state = nullptr;
  std::string reason;
  if (result != nullptr) {
    state = libpq().result_error_field(result, PG_DIAG_SQLSTATE);
    reason = first_line(libpq().result_error_message(result));
  }
  const bool lost = libpq().status(connection_.get()) != CONNECTION_OK;
  if (result == nullptr || reason == "gave no reason")
    reason = first_line(libpq().error_message(connection_.get()));
  // Classes of https://www.postgresql.org/docs/15/errcodes-appendix.html
  const std::string_view kind = state == nullptr ? "" : std::string_view(state, 2);
  if (lost || kind == "08" || kind == "57" || kind.empty())
    throw ServiceError(name_, reason,
                       "see that the server is up and lets you in; then run the same command "
                       "again");
  const bool forbidden = state != nullptr && std::string_view(state) == "42501";
  if (kind == "53" || kind == "58" || kind == "25" || forbidden)
    throw StorageError(name_, reason, "make room, or see that you may write there");
  if (kind == "40" || kind == "55")
    throw StorageError(name_, reason, "see who else writes there, then run the same command again");
  throw InputError(name_, reason, "name a database of the program's own, or an empty one");
}

PostgresRows Postgres::checked(pg_result* result) {
  std::shared_ptr<pg_result> held(result, libpq().clear);
  const ExecStatusType status =
      result == nullptr ? PGRES_FATAL_ERROR : libpq().result_status(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_COPY_IN)
    fail(result);
  return PostgresRows(std::move(held));
}

void Postgres::execute(const std::string& sql) {
  checked(libpq().exec(connection_.get(), sql.c_str()));
}

PostgresRows Postgres::query(const std::string& sql, const std::vector<std::string>& parameters) {
  std::vector<const char*> values;
  for (const std::string& parameter : parameters) values.push_back(parameter.c_str());
  return checked(libpq().exec_params(connection_.get(), sql.c_str(),
                                     static_cast<int>(values.size()), nullptr, values.data(),
                                     nullptr, nullptr, 0));
}

void Postgres::copy_in(const std::string& target, std::string_view text) {
  checked(libpq().exec(connection_.get(), ("COPY " + target + " FROM STDIN").c_str()));
  constexpr std::size_t kPart = std::size_t{1} << 20;
  bool sent = true;
  while (sent && !text.empty()) {
    const std::string_view part = text.substr(0, kPart);
    sent =
        libpq().put_copy_data(connection_.get(), part.data(), static_cast<int>(part.size())) == 1;
    text.remove_prefix(part.size());
  }
  if (!sent || libpq().put_copy_end(connection_.get(), nullptr) != 1) fail(nullptr);
  while (pg_result* result = libpq().get_result(connection_.get())) checked(result);
}

void Postgres::reconnect_if_lost(double patience_s) {
  using Clock = std::chrono::steady_clock;
  const auto until = Clock::now() + std::chrono::duration<double>(patience_s);
  while (libpq().status(connection_.get()) != CONNECTION_OK) {
    libpq().reset(connection_.get());
    if (libpq().status(connection_.get()) == CONNECTION_OK) return;
    if (Clock::now() > until) fail(nullptr);
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

std::string array_text(const std::vector<std::int64_t>& values) {
  std::string out = "{";
  for (const std::int64_t value : values) {
    if (out.size() > 1) out += ",";
    out += std::to_string(value);
  }
  return out + "}";
}

void append_copy_text(std::string& line, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '\\':
        line += "\\\\";
        break;
      case '\t':
        line += "\\t";
        break;
      case '\n':
        line += "\\n";
        break;
      case '\r':
        line += "\\r";
        break;
      default:
        line += c;
    }
  }
}

}  // namespace skywright::sql
