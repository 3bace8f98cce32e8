/// Chosen fields out of encoded records, with no tree of values between: what filters read by.
///
///     FieldReader reader(schema.root());
///     const int snr = reader.want("diaSource.snr");
///     const auto history = reader.want_array("prvDiaSources");
///     const int flux = reader.want_item(history, "psfFlux");
///     reader.prepare();
///     PacketFields fields;
///     std::size_t size = reader.read(bytes, fields);   // fields.values[snr], ...
///
/// The schema is walked once; what remains is a flat list of steps that skips what nobody wants.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "skywright/alerts/avro_schema.h"

namespace skywright::alerts {

/// A field's value. A real that is not finite reads as null, and so does all beneath a null.
struct FieldValue {
  enum class Kind : std::uint8_t { null, truth, whole, real, text };
  Kind kind = Kind::null;
  std::int64_t whole = 0;  ///< also a truth, as 0 or 1
  double real = 0.0;
  std::string_view text = {};  ///< within the packet's bytes, or the schema's (an enumeration)

  static FieldValue of_truth(bool v) { return {Kind::truth, v ? 1 : 0, 0.0, {}}; }
  static FieldValue of_whole(std::int64_t v) { return {Kind::whole, v, 0.0, {}}; }
  static FieldValue of_real(double v) {
    // v - v is 0 for what is finite alone.
    return v - v == 0.0 ? FieldValue{Kind::real, 0, v, {}} : FieldValue{};
  }
  static FieldValue of_text(std::string_view v) { return {Kind::text, 0, 0.0, v}; }
};

/// What one packet held of the fields that were wanted.
struct PacketFields {
  std::vector<FieldValue> values;  ///< by the number that `want` gave
  struct Array {
    std::size_t length = 0;
    std::vector<std::vector<FieldValue>> columns;  ///< by the number that `want_item` gave
  };
  std::vector<Array> arrays;  ///< by the number that `want_array` gave
};

class FieldReader {
 public:
  /// `root` must live as long as this.
  explicit FieldReader(const AvroNode& root);
  ~FieldReader();
  FieldReader(FieldReader&&) noexcept;
  FieldReader& operator=(FieldReader&&) noexcept;

  /// A field outside of arrays, by its path. A record, an array, a map or bytes reads as true where
  /// it is there. The same path gives the same number.
  /// @pre the schema has it (see `types_at`)
  int want(const std::string& path);
  int want_array(const std::string& path);
  int want_item(int array, const std::string& path);
  /// After the last `want`, before the first `read`.
  void prepare();

  /// @returns how many of the bytes the record takes
  /// @throws InputError for bytes that end early or make no sense
  std::size_t read(std::string_view bytes, PacketFields& fields) const;

 private:
  struct Want;
  struct Step;
  struct Compiler;
  struct Run;

  Want& find(Want& from, std::string_view path);

  const AvroNode* root_;
  std::unique_ptr<Want> wants_;
  std::vector<Want*> arrays_;
  std::vector<int> columns_;  ///< of each array
  int values_ = 0;
  std::vector<Step> steps_;
  std::vector<std::uint32_t> jumps_;
};

/// The types, other than null, that a path of names may lead to through records and unions; empty
/// where there is no such field.
std::vector<const AvroNode*> types_at(const AvroNode& from, std::string_view path);
/// The branches of a union that are not null, or the type itself.
std::vector<const AvroNode*> branches_of(const AvroNode& type);

}  // namespace skywright::alerts
