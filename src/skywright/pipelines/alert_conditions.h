/// Conditions on the fields of alerts, as "diaSource.snr>10" or "diaSource.band=r".
#pragma once

#include <string>

#include "skywright/alerts/avro_schema.h"
#include "skywright/alerts/avro_value.h"

namespace skywright::pipelines {

struct AlertCondition {
  enum class Relation { equal, unequal, less, less_equal, greater, greater_equal };
  std::string field;
  Relation relation = Relation::equal;
  std::string value;
};
/// @throws ConfigError for text that is no condition
AlertCondition parse_alert_condition(const std::string& text);

/// @throws ConfigError where alerts of this schema have no such field, where it is no number, text
/// or truth, or where a number is compared with what is none: no alert could meet it
void check_condition(const AlertCondition& condition, const alerts::AvroNode& schema);

/// Whether an alert meets a condition that its schema allows. A null meets none.
bool meets(const alerts::AvroValue& alert, const AlertCondition& condition);

}  // namespace skywright::pipelines
