#include "commands/plan_options.h"

#include <cmath>

#include <fmt/format.h>

#include "skywright/config/toml_config.h"
#include "skywright/io/atomic_file.h"

namespace skywright::apps {

int nights_of(const Arguments& args) {
  if (args.has("--years") && args.has("--nights"))
    throw ConfigError("--years and --nights", "they say the same", "give one of them");
  if (args.has("--nights")) {
    const std::int64_t nights = args.whole("--nights");
    if (nights < 1 || nights > 36525)
      throw ConfigError(fmt::format("--nights {}", nights), "must be in [1, 36525]",
                        "3652 nights are ten years");
    return static_cast<int>(nights);
  }
  const double years = args.number_or("--years", 10.0);
  if (!(years > 0.0 && years <= 20.0))
    throw ConfigError(fmt::format("--years {}", years), "must be in (0, 20]",
                      "the ephemeris that comes with the program ends in 2045");
  const int nights = static_cast<int>(std::floor(years * 365.25));
  if (nights < 1)
    throw ConfigError(fmt::format("--years {}", years), "that is less than a night",
                      "give more, or --nights 1");
  return nights;
}

NamedInstrument instrument_of(const Arguments& args, const schedule::StrategyConfig& strategy) {
  const std::string name = args.text_or("--instrument", strategy.instrument);
  if (!name.ends_with(".toml"))
    return {.instrument = instrument::load_instrument(name), .text = name};
  const std::string text = io::read_whole_file(name);
  return {.instrument = instrument::parse_instrument(text, name), .text = text};
}

std::vector<schedule::Target> opportunities_of(const Arguments& args) {
  if (!args.has("--opportunities")) return {};
  const std::string file = args.text("--opportunities");
  schedule::TargetList list;
  config::read_toml(list, io::read_whole_file(file), file);
  return list.targets;
}

schedule::WeatherRecords weather_of(const Arguments& args) {
  const auto record = [&](const char* option, double low, double high) {
    if (!args.has(option)) return schedule::WeatherRecord{};
    const std::string file = args.text(option);
    return schedule::read_weather_record(io::read_whole_file(file), file, low, high);
  };
  return {.cloud = record("--clouds", 0.0, 1.0), .seeing = record("--seeing", 0.1, 10.0)};
}

std::vector<Option> plan_options() {
  return {{"--instrument", "NAME",
           "built-in telescope or a camera's .toml file (default: the strategy's)"},
          {"--years", "Y", "how long (default 10)"},
          {"--nights", "N", "instead of --years"},
          {"--opportunities", "FILE", "targets of opportunity, .toml"},
          {"--clouds", "FILE", "record of clouds, lines mjd,share"},
          {"--seeing", "FILE", "record of seeing at 500 nm, lines mjd,arcsec"}};
}

}  // namespace skywright::apps
