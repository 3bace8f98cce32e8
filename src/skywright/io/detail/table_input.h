/// The table of a FITS HDU, binary or ASCII.
#pragma once

#include "skywright/io/detail/byte_source.h"
#include "skywright/io/detail/fits_structure.h"
#include "skywright/table/table.h"

namespace skywright::io::detail {

/// Columns that a table of ours cannot hold (variable-length, complex, bit fields, arrays of more
/// than 64) are left out and named in metadata["columns_left_out"]. Arrays become columns name_1,
/// name_2, ... Nulls become NaN, 0 or empty text.
table::Table read_binary_table(const ByteSource& file, const HduLayout& hdu);
table::Table read_ascii_table(const ByteSource& file, const HduLayout& hdu);

}  // namespace skywright::io::detail
