#include <fmt/format.h>
#include <toml++/toml.h>

#include "skywright/base/error.h"
#include "skywright/config/toml_config.h"

namespace skywright::config {

std::string setting_as_toml(std::string_view setting) {
  const std::size_t equals = setting.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    throw ConfigError(fmt::format("--set {}", setting), "must be KEY=VALUE",
                      "for example --set detection.threshold=7");
  }
  const std::string_view key = setting.substr(0, equals);
  const std::string_view value = setting.substr(equals + 1);
  const std::string as_it_stands = fmt::format("{} = {}", key, value);
  try {
    (void)toml::parse(as_it_stands);
    return as_it_stands;
  } catch (const toml::parse_error&) {
    // A bare word, as a shell user types it.
    return fmt::format("{} = '''{}'''", key, value);
  }
}

}  // namespace skywright::config
