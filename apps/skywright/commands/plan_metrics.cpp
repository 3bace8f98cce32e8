#include "skywright/simulation/plan_metrics.h"

#include "command_config.h"
#include "commands/commands.h"

namespace skywright::apps {
namespace {

simulation::PlanOutputs outputs_of(const Arguments& arguments) {
  return {.plots = arguments.text_or("--plots", ""),
          .html = arguments.text_or("--html", ""),
          .markdown = arguments.text_or("--markdown", "")};
}

const std::vector<Option> kOutputs = {
    {"--plots", "DIR", "pictures as PNG, and index.html; made where it does not exist"},
    {"--html", "FILE", "one page with numbers and pictures that needs nothing else"}};

std::vector<Option> with_outputs(std::vector<Option> options) {
  options.insert(options.end(), kOutputs.begin(), kOutputs.end());
  return options;
}

Outcome run_metrics(const Arguments& arguments, const Session& session) {
  const simulation::PlanMetricsReport report =
      simulation::measure_plan({.database = arguments.text("database"),
                                .config = config_of<metrics::MetricsConfig>(session),
                                .outputs = outputs_of(arguments)},
                               session.execution);
  return {.code = ExitCode::complete, .text = report.text(), .json = report.json()};
}

Outcome run_compare(const Arguments& arguments, const Session& session) {
  const simulation::PlanCompareReport report =
      simulation::compare_plans({.first = arguments.text("first"),
                                 .second = arguments.text_or("second", ""),
                                 .published = arguments.text_or("--published", ""),
                                 .config = config_of<metrics::MetricsConfig>(session),
                                 .outputs = outputs_of(arguments)},
                                session.execution);
  return {.code = ExitCode::complete, .text = report.text(), .json = report.json()};
}

}  // namespace

Command plan_metrics_command() {
  return {.name = "plan metrics",
          .summary = "what a schedule of visits is worth: numbers, maps, plots",
          .details =
              "Reads the table `observations` of a SQLite database in the columns of rubin_sim;\n"
              "what a column is missing for is left out and noted. Definitions, after MAF, stand\n"
              "in the page and in --json.\n\n"
              "  skywright plan metrics visits.db --plots plots\n"
              "  skywright plan metrics visits.db --json --set order=7",
          .arguments = {{.name = "database", .help = "SQLite file of visits"}},
          .options = with_outputs({}),
          .run = run_metrics,
          .settings = settings_of<metrics::MetricsConfig>};
}

Command plan_compare_command() {
  return {.name = "plan compare",
          .summary = "two schedules side by side, or one and published figures",
          .details =
              "  skywright plan compare a.db b.db --plots plots\n"
              "  skywright plan compare visits.db --published baseline_v2.0",
          .arguments = {{.name = "first", .help = "SQLite file of visits"},
                        {.name = "second", .help = "the other", .need = Need::optional}},
          .options =
              with_outputs({{"--published", "NAME", "figures that were published: baseline_v2.0"},
                            {"--markdown", "FILE", "the table, to put into a document"}}),
          .run = run_compare,
          .settings = settings_of<metrics::MetricsConfig>};
}

}  // namespace skywright::apps
