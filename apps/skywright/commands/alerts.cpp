#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commands/commands.h"
#include "skywright/pipelines/alert_files.h"
#include "skywright/pipelines/alert_inputs.h"
#include "skywright/pipelines/convert_alerts.h"
#include "skywright/pipelines/filter_alerts.h"
#include "skywright/pipelines/replay_alerts.h"

namespace skywright::apps {
namespace {

Outcome run_show(const Arguments& arguments, const Session&) {
  const std::string file = arguments.text("file");
  pipelines::AlertChoice choice;
  if (arguments.has("id")) choice.id = arguments.whole("id");
  if (arguments.has("--index")) {
    const std::int64_t given = arguments.whole("--index");
    if (given < 0)
      throw ConfigError(fmt::format("--index={}", given), "must be >= 0", "alerts count from 0");
    if (choice.id)
      throw ConfigError("--index", "names an alert, and so does ID", "give one of the two");
    choice.index = static_cast<std::size_t>(given);
  }
  pipelines::ShownAlerts shown = pipelines::show_alerts(file, choice);
  if (arguments.has("--plot")) pipelines::plot_alert(file, choice, arguments.text("--plot"));
  if (arguments.has("--page")) pipelines::write_alert_page(file, choice, arguments.text("--page"));
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

Outcome run_replay(const Arguments& arguments, const Session& session) {
  pipelines::ReplayRequest request{.files = pipelines::alert_inputs(arguments.texts("files")),
                                   .to = arguments.text("--to"),
                                   .speed = arguments.number_or("--speed", 1.0),
                                   .filter = {},
                                   .wait_s = arguments.number_or("--wait", 60.0)};
  if (arguments.has("--as-fast-as-possible")) {
    if (arguments.has("--speed"))
      throw ConfigError("--speed", "contradicts --as-fast-as-possible", "give one of the two");
    request.speed.reset();
  }
  if (arguments.has("--filter"))
    request.filter = pipelines::filter_text(arguments.text("--filter"));
  if (request.to == "-" && session.json)
    throw ConfigError("--json", "standard output is where the alerts go", "leave it away");
  const pipelines::ReplaySummary done = pipelines::replay_alerts(request, session.execution);
  Outcome outcome;
  if (done.waiting > 0) {
    session.warn(fmt::format("{} alerts are not acknowledged: {}; replay them again", done.waiting,
                             done.trouble.empty() ? "the broker is slow" : done.trouble));
    outcome.code = ExitCode::service;
  }
  if (done.stopped) outcome.code = ExitCode::partial;
  if (request.to != "-")
    outcome.text = fmt::format("{} alerts of {} files in {:.1f} s, {:.1f} MB/s\n", done.alerts,
                               done.files, done.seconds, done.bytes / 1e6 / done.seconds);
  outcome.json = fmt::format(
      R"({{"files":{},"alerts":{},"acknowledged":{},"waiting":{},"seconds":{:.3f},"bytes":{:.0f}}})",
      done.files, done.alerts, done.acknowledged, done.waiting, done.seconds, done.bytes);
  return outcome;
}

Outcome run_convert(const Arguments& arguments, const Session& session) {
  if (arguments.text("--to") != "ztf")
    throw ConfigError("--to=" + arguments.text("--to"), "must be ztf", "no other shape is known");
  std::optional<std::string> filter;
  if (arguments.has("--filter")) filter = pipelines::filter_text(arguments.text("--filter"));
  const std::size_t count =
      pipelines::convert_alerts_to_ztf(pipelines::alert_inputs(arguments.texts("files")), filter,
                                       arguments.text("--out"), session.execution);
  return {.code = ExitCode::complete,
          .text = fmt::format("{} alerts\n", count),
          .json = fmt::format(R"({{"alerts":{}}})", count)};
}

}  // namespace

Command alerts_convert_command() {
  return {.name = "alerts convert",
          .summary = "our alerts in the shape of another stream, for brokers that read it",
          .details =
              "ztf: schema ztf.alert 3.3; which field becomes which stands in\n"
              "docs/guides/alerts.md. What we lack is null.\n\n"
              "  skywright alerts convert my-survey --to ztf --out ztf.avro\n"
              "  skywright alerts replay ztf.avro --to 'kafka://localhost:9092/ztf?form=container'",
          .arguments = {{.name = "files",
                         .help = "alert files of ours, folders of them, or survey directories",
                         .takes = Takes::many}},
          .options = {{"--to", "SHAPE", "ztf", Need::required},
                      {"--out", "FILE", "Avro container", Need::required},
                      {"--filter", "EXPR",
                       "only the alerts that it keeps; @FILE reads it from a file"}},
          .run = run_convert};
}

Command alerts_replay_command() {
  return {
      .name = "alerts replay",
      .summary = "alerts of the past as a stream: into a folder, a pipe, or Kafka",
      .details =
          "The alerts of one file leave together, after those of the first file by the time that\n"
          "lay between their exposures. Exit code 6 where a broker did not acknowledge all.\n\n"
          "  skywright alerts replay my-survey --to replayed --speed 60\n"
          "  skywright alerts replay my-survey --to - --as-fast-as-possible >night.avro\n"
          "  skywright alerts replay my-survey --to kafka://localhost:9092/alerts \\\n"
          "      --filter 'diaSource.snr > 20'",
      .arguments = {{.name = "files",
                     .help = "Avro files, folders of them, or survey directories",
                     .takes = Takes::many}},
      .options = {{"--to", "WHERE", "a folder, - for standard output, or kafka://HOST:PORT/TOPIC",
                   Need::required},
                  {"--speed", "X", "times the original pace (default 1)"},
                  {.name = "--as-fast-as-possible",
                   .value = "",
                   .help = "wait for nothing",
                   .takes = Takes::nothing},
                  {"--filter", "EXPR", "only the alerts that it keeps; @FILE reads it from a file"},
                  {"--wait", "SECONDS",
                   "how long to wait at the end for acknowledgements (default 60)"}},
      .run = run_replay};
}

Command alerts_show_command() {
  return {.name = "alerts show",
          .summary = "what an alert file holds: ours, or any Avro container",
          .details =
              "A line an alert, or of one alert every field with its unit.\n\n"
              "  skywright alerts show alerts/12/94.avro\n"
              "  skywright alerts show alerts/12/94.avro 1099561402369 --page alert.html\n"
              "  skywright alerts show ztf.avro --index 0 --plot stamps.png",
          .arguments = {{.name = "file", .help = "Avro object container file"},
                        {.name = "id",
                         .help = "diaSourceId (or ZTF's candid) of the one to show",
                         .need = Need::optional}},
          .options = {{.name = "--index", .value = "N", .help = "the whole of one alert, from 0"},
                      {.name = "--page",
                       .value = "FILE.html",
                       .help = "one alert as a page: cutouts, light curve, place, all fields"},
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
