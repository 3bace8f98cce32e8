/// The alert schema's files, as cmake/embed.cmake put them into the program.
#pragma once

#include <span>

#include "skywright/base/embedded_file.h"

namespace skywright::alerts::detail {

std::span<const EmbeddedFile> embedded_files();

}  // namespace skywright::alerts::detail
