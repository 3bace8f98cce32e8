#include "command_config.h"
#include "commands/commands.h"
#include "skywright/io/atomic_file.h"
#include "skywright/pipelines/capacity.h"

namespace skywright::apps {
namespace {

/// --demand with --config and --set on top.
pipelines::CapacityDemand demand_of(const Arguments& arguments, const Session& session) {
  const std::string name = arguments.text_or("--demand", "lsst");
  pipelines::CapacityDemand demand;
  if (name.ends_with(".toml"))
    config::read_toml(demand, io::read_whole_file(name), name);
  else
    demand = pipelines::built_in_demand(name);
  return config_of(session, demand);
}

Outcome run(const Arguments& arguments, const Session& session) {
  const pipelines::CapacityDemand demand = demand_of(arguments, session);
  pipelines::validate(demand);
  const std::string report = arguments.text("night");
  const pipelines::MeasuredNight measured =
      pipelines::measure_night(arguments.text("survey"), io::read_whole_file(report), report);
  const pipelines::CapacityPlan plan = pipelines::plan_capacity(demand, measured);
  return {.code = ExitCode::complete, .text = plan.text(), .json = plan.json()};
}

}  // namespace

Command survey_capacity_command() {
  return {.name = "survey capacity",
          .summary = "disks, cores and network of a whole survey, from one night that was measured",
          .details =
              "Counts the bytes of what a night made, takes the seconds from its report, and "
              "scales both\n"
              "to what a survey asks: lsst, small-survey, or a file of your own. Each figure names "
              "its\n"
              "source. Run the night with --jobs 1 on a machine that does nothing else.\n\n"
              "  skywright night mysurvey --jobs 1 --json > night.json\n"
              "  skywright survey capacity mysurvey night.json --demand lsst",
          .arguments = {{.name = "survey", .help = "survey directory"},
                        {.name = "night", .help = "what `skywright night --json` printed of it"}},
          .options = {{.name = "--demand",
                       .value = "NAME|FILE.toml",
                       .help = "lsst (default), small-survey, or a .toml file"}},
          .run = run,
          .settings = [](const Arguments& arguments, const Session& session) {
            return settings_in(demand_of(arguments, session));
          }};
}

}  // namespace skywright::apps
