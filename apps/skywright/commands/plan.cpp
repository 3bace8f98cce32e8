#include "skywright/simulation/plan.h"

#include <fmt/format.h>

#include "commands/commands.h"
#include "commands/plan_options.h"
#include "commands/strategy_option.h"
#include "skywright/config/json_text.h"

namespace skywright::apps {
namespace {

Outcome run_plan(const Arguments& args, const Session& session) {
  simulation::PlanRequest request;
  request.survey.strategy = strategy_of(args, session);
  const NamedInstrument telescope = instrument_of(args, request.survey.strategy);
  request.instrument_text = telescope.text;
  request.survey.instrument = telescope.instrument;
  request.survey.seed = static_cast<std::uint64_t>(session.seed);
  request.survey.nights = nights_of(args);
  request.survey.opportunities = opportunities_of(args);
  request.survey.weather = weather_of(args);
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
      R"({{"out":{},"visits":{},"nights":{},"new_visits":{},"observed_nights":{},"dark_hours":{:.3f},"closed_hours":{:.3f},"shut_nights":{},"open_shutter_hours":{:.3f}}})",
      config::json_string(request.out.string()), s.visits, s.nights, s.new_visits,
      s.observed_nights, s.dark_hours, s.closed_hours, s.shut_nights, s.open_shutter_hours);
  return outcome;
}

Command plan_named(const char* name) {
  std::vector<Option> options = {strategy_option()};
  for (Option& option : plan_options()) options.push_back(std::move(option));
  options.push_back({"--from", "FILE", "visits made so far: plan the nights after them"});
  // Not "required" for the parser, which would ask `plan metrics` for it too.
  options.push_back({"--out", "FILE", "SQLite database; must be given"});
  return {.name = name,
          .summary = "what a survey telescope looks at, visit by visit, for years",
          .details = fmt::format(
              "Writes the table `observations` in the columns that rubin_sim reads, and `info` "
              "with version,\nconfig and seed. Until it is whole the output is FILE.partial: "
              "stopped, the same command\ngoes on. docs/guides/planning.md tells what a strategy "
              "says.\n\n"
              "  skywright {0} --years 10 --out visits.db\n"
              "  skywright {0} --strategy mine.toml --instrument lsst-2022 --nights 30 --out a.db\n"
              "  skywright {0} --from visits.db --nights 1 --out tonight.db",
              name),
          .options = std::move(options),
          .run = run_plan,
          .settings = strategy_settings};
}

}  // namespace

Command plan_command() { return plan_named("plan"); }

Command plan_run_command() { return plan_named("plan run"); }

}  // namespace skywright::apps
