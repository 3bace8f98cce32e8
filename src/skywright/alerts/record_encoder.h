/// Rows of a table as Avro records, columns matched to fields by name.
#pragma once

#include <string>
#include <vector>

#include "skywright/alerts/avro_binary.h"
#include "skywright/alerts/avro_schema.h"
#include "skywright/table/table.h"

namespace skywright::alerts {

/// Encodes rows of one table as one record type; looks the columns up once.
///
/// A field that may be null is null where the table has no column of its name, where a real is NaN,
/// a text is empty, or an id (a name that ends in "Id") is 0. Columns that no field names are left
/// out.
class RecordEncoder {
 public:
  /// @throws InputError where a field that may not be null has no column, or one of another kind.
  /// `record` and `rows` must live as long as this.
  RecordEncoder(const AvroNode& record, const table::Table& rows);

  void encode(std::size_t row, AvroEncoder& out) const;

 private:
  struct Plan {
    AvroType type = AvroType::null;  ///< of the value, a union's null set aside
    int null_branch = -1;            ///< index of null in the union; -1: never null
    int value_branch = -1;           ///< index of the value; -1: no union
    bool zero_is_null = false;
    const table::Column* column = nullptr;
  };
  static Plan plan_for(const AvroNode& record, const AvroField& field, const table::Table& rows);
  static void encode_field(const Plan& plan, std::size_t row, AvroEncoder& out);

  std::vector<Plan> plans_;
};

}  // namespace skywright::alerts
