/// Columns of anyone's catalog in the units that a reference catalog has.
#pragma once

#include <string_view>
#include <vector>

#include "skywright/table/table.h"

namespace skywright::calibrate {

/// Values of a column, from the unit that it names to `wanted`: "deg", "mas", "mas/yr" or "nJy".
/// A column without a unit is taken to be in `wanted`.
/// @throws InputError where the column is missing or text, or its unit measures something else
std::vector<double> numbers_in(const table::Table& table, std::string_view name,
                               std::string_view wanted);

}  // namespace skywright::calibrate
