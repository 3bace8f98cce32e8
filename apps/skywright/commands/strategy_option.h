/// --strategy with --config and --set on top, for the commands that take one.
#pragma once

#include "command.h"
#include "skywright/schedule/strategy.h"

namespace skywright::apps {

/// @throws ConfigError for a strategy that does not exist, or a wrong key
schedule::StrategyConfig strategy_of(const Arguments& args, const Session& session);

/// Its line in the list of options.
Option strategy_option();

}  // namespace skywright::apps
