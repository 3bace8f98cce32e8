/// Strategies that come with the program (data/strategies).
#pragma once

#include "skywright/base/embedded_file.h"

namespace skywright::schedule::detail {

std::span<const EmbeddedFile> embedded_files();

}  // namespace skywright::schedule::detail
