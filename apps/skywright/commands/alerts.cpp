#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commands/commands.h"
#include "skywright/pipelines/alert_files.h"
#include "skywright/pipelines/alert_inputs.h"
#include "skywright/pipelines/filter_alerts.h"

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

Outcome run_filter(const Arguments& arguments, const Session& session) {
  const pipelines::FilteredAlerts result =
      pipelines::filter_alerts(pipelines::alert_inputs(arguments.texts("files")),
                               pipelines::filter_text(arguments.text("filter")),
                               arguments.text_or("--out", ""), session.execution);
  std::string text;
  if (!arguments.has("--out"))
    for (const std::int64_t id : result.ids) text += fmt::format("{}\n", id);
  else
    text =
        fmt::format("{} of {} alerts in {} files\n", result.ids.size(), result.seen, result.files);
  return {.code = ExitCode::complete,
          .text = std::move(text),
          .json = fmt::format(R"({{"kept":{},"seen":{},"files":{},"bytes":{:.0f},"ids":[{}]}})",
                              result.ids.size(), result.seen, result.files, result.bytes,
                              fmt::join(result.ids, ","))};
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
  return {
      .name = "alerts filter",
      .summary = "the alerts that a filter keeps, out of files or whole surveys",
      .details =
          "FILTER is an expression over the packet's fields; @FILE reads it from a file. Its\n"
          "grammar, its functions and what null means stand in docs/guides/alerts.md. The same\n"
          "text filters a night as it runs (`skywright night --filter FILE`).\n\n"
          "  skywright alerts filter 'diaSource.snr > 10 and not diaSource.isNegative' my-survey\n"
          "  skywright alerts filter 'cone(53.1, -28.1, 0.5) and count(prvDiaSources) >= 2' \\\n"
          "      my-survey --out picked.avro",
      .arguments = {{.name = "filter", .help = "expression, or @FILE that holds one"},
                    {.name = "files",
                     .help = "Avro files, folders of them, or survey directories",
                     .takes = Takes::many}},
      .options = {{.name = "--out",
                   .value = "FILE",
                   .help =
                       "Avro file of the alerts that are kept; without it their ids are listed"}},
      .run = run_filter};
}

}  // namespace skywright::apps
