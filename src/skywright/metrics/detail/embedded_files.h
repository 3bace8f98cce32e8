/// The published figures that are part of the program.
#pragma once

#include <span>

#include "skywright/base/embedded_file.h"

namespace skywright::metrics::detail {

std::span<const EmbeddedFile> embedded_files();

}  // namespace skywright::metrics::detail
