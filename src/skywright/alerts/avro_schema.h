/// Avro schemas: parsed from JSON text, named types resolved.
///
/// Apache Avro 1.11 specification, https://avro.apache.org/docs/1.11.1/specification/
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace skywright::alerts {

enum class AvroType {
  null,
  boolean,
  int32,
  int64,
  float32,
  float64,
  bytes,
  string,
  record,
  enumeration,
  array,
  map,
  choice,  ///< a union
  fixed
};

struct AvroNode;

struct AvroField {
  std::string name;
  std::string doc;
  const AvroNode* type = nullptr;
};

/// One type of a schema. Which members mean something depends on `type`.
struct AvroNode {
  AvroType type = AvroType::null;
  std::string name;  ///< full name of a record, enumeration or fixed
  std::string doc;
  std::vector<AvroField> fields;       ///< of a record
  std::vector<std::string> symbols;    ///< of an enumeration
  std::vector<const AvroNode*> parts;  ///< branches of a union; the items of an array or map
  std::size_t size = 0;                ///< of a fixed
};

/// A parsed schema; owns its nodes, which may refer to each other.
class AvroSchema {
 public:
  /// @throws InputError for text that is no Avro schema
  explicit AvroSchema(std::string_view json);
  AvroSchema(const AvroSchema&) = delete;
  AvroSchema& operator=(const AvroSchema&) = delete;

  [[nodiscard]] const AvroNode& root() const { return *root_; }
  /// The record of this name, without its namespace. @throws InputError where there is none
  [[nodiscard]] const AvroNode& record(std::string_view name) const;

 private:
  friend struct SchemaParser;
  std::deque<AvroNode> nodes_;
  const AvroNode* root_ = nullptr;
};

/// The schema of our alerts as one JSON text, the named records put in where they are first used.
std::string alert_schema_json();
/// The schema of alerts as ZTF's stream has them, version 3.3.
std::string ztf_schema_json();
}  // namespace skywright::alerts
