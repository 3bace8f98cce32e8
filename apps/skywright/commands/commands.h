/// One function a command, each in commands/<name>.cpp.
#pragma once

#include "command.h"

namespace skywright::apps {

Command expose_command();
Command sky_command();
// Command detect_command();
Command calib_command();
Command detrend_command();
Command solve_command();
Command alerts_filter_command();
Command alerts_show_command();
Command associate_command();
Command detect_command();

}  // namespace skywright::apps
