/// A command's config from its defaults, --config and --set; and that config as --help-config
/// prints it.
///
///     .run = [](...) { const auto config = config_of<DetectConfig>(session); ... },
///     .settings = settings_of<DetectConfig>
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

template <class Config>
Settings settings_in(const Config& config) {
  return [copy = config](Fields& fields) mutable { describe(fields, copy); };
}

/// Of a command whose defaults are those of the config's type.
template <class Config>
Settings settings_of(const Arguments&, const Session& session) {
  return settings_in(config_of<Config>(session));
}

}  // namespace skywright::apps
