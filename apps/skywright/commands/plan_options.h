/// What `plan` and `plan ensemble` ask for alike: how long, with which telescope, in which weather.
#pragma once

#include <string>
#include <vector>

#include "command.h"
#include "skywright/instrument/instrument.h"
#include "skywright/schedule/strategy.h"
#include "skywright/schedule/weather.h"

namespace skywright::apps {

/// --years or --nights; ten years without. @throws ConfigError for both, or out of range
int nights_of(const Arguments& args);

/// A telescope and the text that tells which it is: a built-in name, or a file's content.
struct NamedInstrument {
  instrument::Instrument instrument;
  std::string text;
};
/// --instrument, or the strategy's own.
NamedInstrument instrument_of(const Arguments& args, const schedule::StrategyConfig& strategy);

/// --opportunities
std::vector<schedule::Target> opportunities_of(const Arguments& args);
/// --clouds and --seeing
schedule::WeatherRecords weather_of(const Arguments& args);

/// Their lines in the list of options.
std::vector<Option> plan_options();

}  // namespace skywright::apps
