#include "commands/strategy_option.h"

#include "command_config.h"
#include "skywright/io/atomic_file.h"

namespace skywright::apps {

schedule::StrategyConfig strategy_named(const std::string& name, const Session& session) {
  schedule::StrategyConfig strategy;
  if (name.ends_with(".toml"))
    config::read_toml(strategy, io::read_whole_file(name), name);
  else
    strategy = schedule::built_in_strategy(name);
  return config_of(session, strategy);
}

schedule::StrategyConfig strategy_of(const Arguments& args, const Session& session) {
  return strategy_named(args.text_or("--strategy", "lsst-baseline"), session);
}

Settings strategy_settings(const Arguments& args, const Session& session) {
  return settings_in(strategy_of(args, session));
}

Option strategy_option() {
  return {"--strategy", "NAME",
          "lsst-baseline (default), small-transient-survey, gmt-queue, or a .toml file"};
}

}  // namespace skywright::apps
