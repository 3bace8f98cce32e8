/// A datum of any Avro type, as read from a file whose schema is not known beforehand.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace skywright::alerts {

struct AvroValue {
  using Bytes = std::vector<std::uint8_t>;
  using Array = std::vector<AvroValue>;
  using Record = std::vector<std::pair<std::string, AvroValue>>;  ///< also a map's entries

  /// A union's value is that of its branch; an enumeration's is its symbol; a fixed is bytes.
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Bytes, Array, Record> datum;

  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(datum); }
  /// The part at a path of names, as "diaSource.snr"; nullptr where there is none or it is null.
  [[nodiscard]] const AvroValue* find(std::string_view path) const;
  /// As JSON; bytes as {"bytes": count}, numbers that are not finite as null.
  [[nodiscard]] std::string json() const;
};

}  // namespace skywright::alerts
