/// Names of fields for messages: what a misspelt one may have meant.
#pragma once

#include <string>
#include <string_view>

#include "skywright/alerts/avro_schema.h"

namespace skywright::alerts::detail {

/// "did you mean diaSource.snr?", or what may stand there. `item`: the record of the array that is
/// looped over, whose fields stand without a path; nullptr outside.
std::string remedy_for_field(std::string_view path, const AvroNode& root, const AvroNode* item);

/// The one of the names that is spelt most like `wanted`; empty where none is near.
std::string nearest(std::string_view wanted, const std::vector<std::string>& names);

}  // namespace skywright::alerts::detail
