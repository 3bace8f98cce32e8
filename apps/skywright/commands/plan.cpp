#include "skywright/simulation/plan.h"

#include <cmath>

#include <fmt/format.h>

#include "commands/commands.h"
#include "commands/strategy_option.h"
#include "skywright/config/toml_config.h"
#include "skywright/io/atomic_file.h"

namespace skywright::apps {
namespace {

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
  return static_cast<int>(std::floor(years * 365.25));
}

Outcome run_plan(const Arguments& args, const Session& session) {
  simulation::PlanRequest request;
  request.survey.strategy = strategy_of(args, session);
  const std::string name = args.text_or("--instrument", request.survey.strategy.instrument);
  request.instrument_text = name.ends_with(".toml") ? io::read_whole_file(name) : name;
  request.survey.instrument = name.ends_with(".toml")
                                  ? instrument::parse_instrument(request.instrument_text, name)
                                  : instrument::load_instrument(name);
  request.survey.seed = static_cast<std::uint64_t>(session.seed);
  request.survey.nights = nights_of(args);
  if (args.has("--opportunities")) {
    const std::string file = args.text("--opportunities");
    schedule::TargetList list;
    config::read_toml(list, io::read_whole_file(file), file);
    request.survey.opportunities = list.targets;
  }
  const auto record = [&](const char* option, double low, double high) {
    if (!args.has(option)) return schedule::WeatherRecord{};
    const std::string file = args.text(option);
    return schedule::read_weather_record(io::read_whole_file(file), file, low, high);
  };
  request.survey.weather.cloud = record("--clouds", 0.0, 1.0);
  request.survey.weather.seeing = record("--seeing", 0.1, 10.0);
  if (args.has("--from")) request.from = args.text("--from");
  if (!args.has("--out"))
    throw ConfigError("--out", "it is missing", "name the database to write, --out visits.db");
  request.out = args.text("--out");
  request.version = SKYWRIGHT_VERSION;

  const simulation::PlanSummary s = simulation::plan(request, session.execution);
  Outcome outcome;
  outcome.text = fmt::format(
      "{}: {} visits in {} nights ({} new in {} nights of {:.0f} h, {:.1f} % under clouds; "
      "{} nights shut)\n",
      request.out.string(), s.visits, s.nights, s.new_visits, s.observed_nights, s.dark_hours,
      s.dark_hours > 0.0 ? 100.0 * s.closed_hours / s.dark_hours : 0.0, s.shut_nights);
  outcome.json = fmt::format(
      R"({{"out":"{}","visits":{},"nights":{},"new_visits":{},"observed_nights":{},"dark_hours":{:.3f},"closed_hours":{:.3f},"shut_nights":{},"open_shutter_hours":{:.3f}}})",
      request.out.string(), s.visits, s.nights, s.new_visits, s.observed_nights, s.dark_hours,
      s.closed_hours, s.shut_nights, s.open_shutter_hours);
  return outcome;
}

Command plan_named(const char* name) {
  return {
      .name = name,
      .summary = "what a survey telescope looks at, visit by visit, for years",
      .details = fmt::format(
          "Writes the table `observations` in the columns that rubin_sim reads, and `info` "
          "with version,\nconfig and seed. Until it is whole the output is FILE.partial: "
          "stopped, the same command\ngoes on. docs/guides/planning.md tells what a strategy says.\n\n"
          "  skywright {0} --years 10 --out visits.db\n"
          "  skywright {0} --strategy mine.toml --instrument lsst-2022 --nights 30 --out a.db\n"
          "  skywright {0} --from visits.db --nights 1 --out tonight.db",
          name),
      .options = {strategy_option(),
                  {"--instrument", "NAME",
                   "built-in telescope or a camera's .toml file (default: the strategy's)"},
                  {"--years", "Y", "how long (default 10)"},
                  {"--nights", "N", "instead of --years"},
                  {"--from", "FILE", "visits made so far: plan the nights after them"},
                  {"--opportunities", "FILE", "targets of opportunity, .toml"},
                  {"--clouds", "FILE", "record of clouds, lines mjd,share"},
                  {"--seeing", "FILE", "record of seeing at 500 nm, lines mjd,arcsec"},
                  // Not "required" for the parser, which would ask `plan metrics` for it too.
                  {"--out", "FILE", "SQLite database; must be given"}},
      .run = run_plan};
}

}  // namespace

Command plan_command() { return plan_named("plan"); }

Command plan_run_command() { return plan_named("plan run"); }

}  // namespace skywright::apps
