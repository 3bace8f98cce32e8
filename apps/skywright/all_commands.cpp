#include "commands/commands.h"

namespace skywright::apps {

std::vector<Command> all_commands() {
  return {
      // One line a command, in the order that the help shows them.
      sky_command(),         expose_command(),        calib_command(),
      detrend_command(),     solve_command(),         associate_command(),
      alerts_show_command(), alerts_filter_command(), detect_command(),
  };
}

}  // namespace skywright::apps
