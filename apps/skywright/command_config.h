/// A command's config from its defaults, --config and --set.
#pragma once

#include "command.h"
#include "skywright/config/toml_config.h"

namespace skywright::apps {

/// @throws ConfigError for a wrong key, unit or range
template <class Config>
Config config_of(const Session& session, Config config = {}) {
  if (!session.config_text.empty())
    config::read_toml(config, session.config_text, session.config_origin);
  for (const std::string& setting : session.settings) config::apply_setting(config, setting);
  return config;
}

}  // namespace skywright::apps
