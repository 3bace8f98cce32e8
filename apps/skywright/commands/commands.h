/// One function a command, each in commands/<name>.cpp.
#pragma once

#include "command.h"

namespace skywright::apps {

Command expose_command();
Command sky_command();

}  // namespace skywright::apps
