/// One compiled SQL statement: bind, step, read.
///
///     Statement insert = db.prepare("INSERT INTO Visit(visit, band) VALUES (?, ?)");
///     for (...) insert.run(visit, "r");
///     Statement select = db.prepare("SELECT ra FROM DiaObject WHERE dec > ?");
///     select.bind(-30.0);
///     while (select.step()) use(select.real(0));
///
/// Parameters and columns count from 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

struct sqlite3;
struct sqlite3_stmt;

namespace skywright::sql {

class Statement {
 public:
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) noexcept;
  ~Statement();

  /// Bind all parameters, in order, and rewind. Takes integers, reals, bool, text, bytes
  /// (std::span<const std::uint8_t>), nullptr for NULL, and std::optional of these.
  template <class... Values>
  Statement& bind(const Values&... values) {
    rewind();
    int index = 0;
    (bind_one(index++, values), ...);
    return *this;
  }
  /// Bind one parameter. A real that is NaN becomes NULL, as SQL has no NaN.
  void bind_one(int index, std::nullptr_t);
  void bind_one(int index, std::string_view text);
  void bind_one(int index, const std::string& text) { bind_one(index, std::string_view(text)); }
  void bind_one(int index, const char* text) { bind_one(index, std::string_view(text)); }
  void bind_one(int index, std::span<const std::uint8_t> bytes);
  template <class Number>
  requires std::is_arithmetic_v<Number>
  void bind_one(int index, Number value) {
    if constexpr (std::is_integral_v<Number>)
      bind_whole(index, static_cast<std::int64_t>(value));
    else
      bind_real(index, static_cast<double>(value));
  }
  template <class T>
  void bind_one(int index, const std::optional<T>& value) {
    if (value)
      bind_one(index, *value);
    else
      bind_one(index, nullptr);
  }

  /// To the next row; false after the last, when the statement is rewound.
  /// @throws StorageError (disk full, locked, unwritable), InputError (constraint, corrupt file)
  bool step();
  /// Step to the end: for statements that return no rows.
  void run();
  /// Bind all parameters and step to the end.
  template <class First, class... Rest>
  void run(const First& first, const Rest&... rest) {
    bind(first, rest...);
    run();
  }
  void rewind();

  [[nodiscard]] int columns() const;
  [[nodiscard]] std::string column_name(int column) const;
  [[nodiscard]] std::string declared_type(int column) const;  ///< empty for an expression
  /// Of the present row. @pre step() returned true
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t whole(int column) const;  ///< 0 for NULL
  [[nodiscard]] double real(int column) const;         ///< NaN for NULL
  [[nodiscard]] std::string text(int column) const;    ///< empty for NULL
  /// Valid until the next step. Empty for NULL.
  [[nodiscard]] std::span<const std::uint8_t> bytes(int column) const;

  enum class Kind { null, whole, real, text, bytes };
  [[nodiscard]] Kind kind(int column) const;

 private:
  friend class Database;
  Statement(std::shared_ptr<sqlite3> database, std::string_view sql, std::string name);
  void bind_whole(int index, std::int64_t value);
  void bind_real(int index, double value);

  std::shared_ptr<sqlite3> database_;  ///< kept open while a statement lives
  std::string name_;                   ///< of the database, for messages
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace skywright::sql
