/// The ephemeris of the program (data/ephemeris).
#pragma once

#include "skywright/base/embedded_file.h"

namespace skywright::ephemeris::detail {

std::span<const EmbeddedFile> embedded_files();

}  // namespace skywright::ephemeris::detail
