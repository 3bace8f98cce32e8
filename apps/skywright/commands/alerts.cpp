#include <fmt/format.h>

#include "commands/commands.h"
#include "skywright/pipelines/alert_files.h"

namespace skywright::apps {
namespace {

Outcome run_show(const Arguments& arguments, const Session&) {
  const std::string file = arguments.text("file");
  std::optional<std::size_t> index;
  if (arguments.has("--index")) {
    const std::int64_t given = arguments.whole("--index");
    if (given < 0)
      throw ConfigError(fmt::format("--index={}", given), "must be >= 0", "alerts count from 0");
    index = static_cast<std::size_t>(given);
  }
  pipelines::ShownAlerts shown = pipelines::show_alerts(file, index);
  if (arguments.has("--plot"))
    pipelines::plot_alert(file, index.value_or(0), arguments.text("--plot"));
  return {.code = ExitCode::complete, .text = std::move(shown.text), .json = std::move(shown.json)};
}

Outcome run_filter(const Arguments& arguments, const Session&) {
  std::vector<pipelines::AlertCondition> conditions;
  for (const std::string& text : arguments.texts("--where"))
    conditions.push_back(pipelines::parse_alert_condition(text));
  const pipelines::FilteredAlerts result =
      pipelines::filter_alerts(arguments.text("file"), conditions, arguments.text("--out"));
  return {.code = ExitCode::complete,
          .text = fmt::format("{} of {} alerts\n", result.kept, result.seen),
          .json = fmt::format(R"({{"kept":{},"seen":{}}})", result.kept, result.seen)};
}

}  // namespace

Command alerts_show_command() {
  return {.name = "alerts show",
          .summary = "what an alert file holds: ours, or any Avro container",
          .details =
              "  skywright alerts show alerts/12/94.avro\n"
              "  skywright alerts show ztf.avro --index 0 --plot stamps.png",
          .arguments = {{.name = "file", .help = "Avro object container file"}},
          .options = {{.name = "--index", .value = "N", .help = "the whole of one alert, from 0"},
                      {.name = "--plot",
                       .value = "FILE.png",
                       .help = "science, template and difference cutouts of the alert"}},
          .run = run_show};
}

Command alerts_filter_command() {
  return {.name = "alerts filter",
          .summary = "the alerts of a file that meet conditions",
          .details =
              "  skywright alerts filter in.avro --where 'diaSource.snr>10' --where "
              "diaSource.band=r --out out.avro",
          .arguments = {{.name = "file", .help = "Avro object container file"}},
          .options = {{.name = "--where",
                       .value = "CONDITION",
                       .help = "FIELD, one of = != < <= > >=, and a value; may be repeated, all "
                               "must hold",
                       .takes = Takes::many},
                      {.name = "--out",
                       .value = "FILE",
                       .help = "Avro file of those that do",
                       .need = Need::required}},
          .run = run_filter};
}

}  // namespace skywright::apps
