/// Tables of bright stars (data/stars) and of dust (data/dust).
#pragma once

#include "skywright/base/embedded_file.h"

namespace skywright::sky::detail {

std::span<const EmbeddedFile> embedded_files();

}  // namespace skywright::sky::detail
