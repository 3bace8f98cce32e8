#include "commands/commands.h"

namespace skywright::apps {

std::vector<Command> all_commands() {
  return {
      // One line a command, in the order that the help shows them.
  };
}

}  // namespace skywright::apps
