/// The fields of a table's row, from TFORMn and TBCOLn.
#pragma once

#include <string>
#include <vector>

#include "skywright/io/detail/fits_structure.h"

namespace skywright::io::detail {

/// @param table type, header and row_size set
/// @param fault set to a reason where the fields make no sense or do not fit the row
std::vector<ColumnLayout> column_layouts(const HduLayout& table, int fields, std::string& fault);

}  // namespace skywright::io::detail
