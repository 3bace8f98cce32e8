/// --strategy with --config and --set on top, for the commands that take one.
#pragma once

#include "command.h"
#include "skywright/schedule/strategy.h"

namespace skywright::apps {

/// A built-in strategy or a .toml file, with --config and --set on top.
schedule::StrategyConfig strategy_named(const std::string& name, const Session& session);

/// --strategy; the baseline without. @throws ConfigError for a strategy that does not exist, or a
/// wrong key
schedule::StrategyConfig strategy_of(const Arguments& args, const Session& session);

/// What --help-config prints of such a command.
Settings strategy_settings(const Arguments& args, const Session& session);

/// Its line in the list of options.
Option strategy_option();

}  // namespace skywright::apps
