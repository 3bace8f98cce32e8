/// Columns of one length, each with a name, a unit and a description.
///
///     Table t;
///     t.add("x", "pixel", "centroid along rows", std::vector<double>{1.5, 2.5});
///     for (double x : t.column<double>("x")) ...
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace skywright::table {

/// The values of a column. Logical columns are bytes of 0 and 1 in `Flags`.
struct Flags {
  std::vector<std::uint8_t> values;
};
using Values = std::variant<std::vector<double>, std::vector<float>, std::vector<std::int64_t>,
                            std::vector<std::int32_t>, Flags, std::vector<std::string>>;

struct Column {
  std::string name;
  std::string unit;  ///< in the FITS and VOUnits spelling ("deg", "nJy", "pixel"); empty for none
  std::string description;
  Values values;

  [[nodiscard]] std::size_t size() const;
};

class Table {
 public:
  /// Append a column. @throws InputError where the name is taken or the length differs
  void add(std::string_view name, std::string_view unit, std::string_view description,
           Values values);
  void add_flags(std::string_view name, std::string_view description,
                 std::vector<std::uint8_t> values) {
    add(name, "", description, Flags{std::move(values)});
  }

  [[nodiscard]] std::size_t rows() const { return columns_.empty() ? 0 : columns_[0].size(); }
  [[nodiscard]] const std::vector<Column>& columns() const { return columns_; }
  [[nodiscard]] const Column* find(std::string_view name) const;
  [[nodiscard]] bool contains(std::string_view name) const { return find(name) != nullptr; }

  /// The values of a column of exactly this type.
  /// @throws InputError that names the column where it is missing or of another type
  template <class T>
  [[nodiscard]] std::span<const T> column(std::string_view name) const;
  template <class T>
  [[nodiscard]] std::span<T> column(std::string_view name);
  [[nodiscard]] std::span<const std::uint8_t> flags(std::string_view name) const;

  /// Any numeric column as doubles, copied. @throws InputError where missing or text
  [[nodiscard]] std::vector<double> numbers(std::string_view name) const;
  /// Any integer column as int64, copied. @throws InputError where missing or not whole
  [[nodiscard]] std::vector<std::int64_t> wholes(std::string_view name) const;

  /// The rows named by `rows`, in that order. @pre each < rows()
  [[nodiscard]] Table selected(std::span<const std::size_t> rows) const;
  /// Append another table's rows; columns must agree in name, order and type.
  void append(const Table& other);

  /// Facts about the whole table (header cards, Parquet metadata): name to text.
  std::map<std::string, std::string> metadata;

 private:
  std::vector<Column> columns_;
};

}  // namespace skywright::table
