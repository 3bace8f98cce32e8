/// A table as a FITS binary table extension.
#pragma once

#include <string>

#include "skywright/header/header.h"
#include "skywright/io/detail/output_file.h"
#include "skywright/table/table.h"

namespace skywright::io::detail {

/// Columns in order; units in TUNITn, descriptions in TCOMMn, the table's metadata as cards.
void write_table_hdu(ByteSink& sink, const table::Table& table, const std::string& name,
                     const header::Header& header);

}  // namespace skywright::io::detail
