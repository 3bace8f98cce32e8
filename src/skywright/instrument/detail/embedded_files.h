/// The instrument files and tables that come with the program (data/instruments).
#pragma once

#include "skywright/base/embedded_file.h"

namespace skywright::instrument::detail {

std::span<const EmbeddedFile> embedded_files();

}  // namespace skywright::instrument::detail
