#include <fmt/format.h>
#include <fmt/ranges.h>

#include "skywright/base/error.h"
#include "skywright/config/toml_config.h"
#include "skywright/schedule/detail/embedded_files.h"
#include "skywright/schedule/strategy.h"

namespace skywright::schedule {

std::vector<std::string> built_in_strategies() {
  std::vector<std::string> out;
  for (const EmbeddedFile& file : detail::embedded_files())
    if (file.name.ends_with(".toml")) out.emplace_back(file.name.substr(0, file.name.size() - 5));
  return out;
}

std::string_view built_in_strategy_text(std::string_view name) {
  const EmbeddedFile* file = find_embedded(detail::embedded_files(), std::string(name) + ".toml");
  if (file == nullptr)
    throw ConfigError(
        fmt::format("strategy \"{}\"", name), "there is none of that name",
        fmt::format("use one of {}, or a file FILE.toml", fmt::join(built_in_strategies(), ", ")));
  return file->content;
}

StrategyConfig built_in_strategy(std::string_view name) {
  StrategyConfig strategy;
  config::read_toml(strategy, built_in_strategy_text(name), std::string(name) + ".toml");
  return strategy;
}

}  // namespace skywright::schedule
