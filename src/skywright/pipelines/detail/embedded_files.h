/// Demands on capacity that come with the program (data/capacity).
#pragma once

#include "skywright/base/embedded_file.h"

namespace skywright::pipelines::detail {

std::span<const EmbeddedFile> embedded_files();

}  // namespace skywright::pipelines::detail
