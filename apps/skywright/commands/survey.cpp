#include "skywright/pipelines/survey.h"

#include <fmt/format.h>

#include "command_config.h"
#include "commands/commands.h"
#include "skywright/pipelines/ingest.h"
#include "skywright/pipelines/known_movers.h"
#include "skywright/pipelines/make_template.h"
#include "skywright/pipelines/survey_orbits.h"

namespace skywright::apps {
namespace {

const Argument kSurvey{.name = "survey", .help = "survey directory"};

/// Of --config, --set and the options of their own; a camera's file has no place in it.
pipelines::SurveyConfig survey_config(const Arguments& arguments, const Session& session) {
  auto config = config_of<pipelines::SurveyConfig>(session);
  if (session.seed_given) {
    if (session.seed < 0 || session.seed > 0x7FFFFFFF)
      throw ConfigError(fmt::format("--seed={}", session.seed), "must be in [0, 2147483647]",
                        "1 is usual");
    config.seed = static_cast<int>(session.seed);
  }
  config.name = arguments.text_or("--name", config.name);
  config.footprint.ra = arguments.number_or("--ra", config.footprint.ra);
  config.footprint.dec = arguments.number_or("--dec", config.footprint.dec);
  config.footprint.radius = arguments.number_or("--radius", config.footprint.radius);
  const std::string instrument = arguments.text_or("--instrument", config.instrument);
  if (!instrument.ends_with(".toml")) config.instrument = instrument;
  return config;
}

Outcome run_init(const Arguments& arguments, const Session& session) {
  const pipelines::SurveyConfig config = survey_config(arguments, session);
  const std::string instrument = arguments.text_or("--instrument", config.instrument);
  const std::filesystem::path camera_file = instrument.ends_with(".toml") ? instrument : "";
  const std::string folder = arguments.text("survey");
  const std::string catalog = arguments.text_or("--orbits", "");
  if (!catalog.empty())  // before there is a survey, so that the same command can be given again
    (void)pipelines::read_orbit_file(catalog, session.execution);
  pipelines::init_survey(folder, config, camera_file);
  std::string text = fmt::format(
      "{} is a survey now: put raw frames into {}/incoming, or name them to "
      "`skywright survey ingest`\n",
      folder, folder);
  std::string json = "{\"created\":true}";
  if (!catalog.empty()) {
    const auto orbits = pipelines::set_survey_orbits(folder, catalog, session.execution);
    text += orbits.text();
    json = fmt::format(R"({{"created":true,"orbits":{}}})", orbits.json());
  }
  return {.code = ExitCode::complete, .text = std::move(text), .json = std::move(json)};
}

Outcome run_orbits(const Arguments& arguments, const Session& session) {
  const auto orbits = pipelines::set_survey_orbits(arguments.text("survey"),
                                                   arguments.text("catalog"), session.execution);
  return {.code = ExitCode::complete, .text = orbits.text(), .json = orbits.json()};
}

Outcome run_ingest(const Arguments& arguments, const Session& session) {
  std::vector<std::filesystem::path> files;
  for (const std::string& file : arguments.texts("files")) files.emplace_back(file);
  const pipelines::IngestReport report =
      pipelines::ingest_files(arguments.text("survey"), files, session.execution);
  for (const pipelines::IngestedFile& file : report.files)
    if (!file.message.empty()) session.warn(file.message);
  return {.code = report.code(), .text = report.text(), .json = report.json()};
}

Outcome run_templates(const Arguments& arguments, const Session& session) {
  std::vector<std::filesystem::path> raws;
  for (const std::string& file : arguments.texts("raws")) raws.emplace_back(file);
  const pipelines::TemplateRun run =
      pipelines::make_templates(arguments.text("survey"), raws, session.execution);
  std::vector<std::string> problems = run.left_out;
  for (const pipelines::TemplateSummary& summary : run.made)
    problems.insert(problems.end(), summary.rejected.begin(), summary.rejected.end());
  for (const std::string& problem : problems) session.warn(problem);
  const ExitCode code = problems.empty() ? ExitCode::complete : ExitCode::partial;
  return {
      .code = code, .text = pipelines::templates_text(run), .json = pipelines::templates_json(run)};
}

Outcome run_status(const Arguments& arguments, const Session&) {
  const pipelines::SurveyStatus status = pipelines::survey_status(arguments.text("survey"));
  return {.code = ExitCode::complete, .text = status.text(), .json = status.json()};
}

Outcome run_verify(const Arguments& arguments, const Session& session) {
  const pipelines::SurveyCheck check =
      pipelines::verify_survey(arguments.text("survey"), session.execution);
  return {.code = check.damages.empty() ? ExitCode::complete : ExitCode::bad_input,
          .text = check.text(),
          .json = check.json()};
}

Outcome run_rebuild(const Arguments& arguments, const Session&) {
  const std::size_t listed = pipelines::rebuild_survey(arguments.text("survey"));
  return {.code = ExitCode::complete,
          .text = fmt::format("{} datasets in the registry\n", listed),
          .json = fmt::format("{{\"datasets\":{}}}", listed)};
}

}  // namespace

Command survey_init_command() {
  return {
      .name = "survey init",
      .summary = "make a survey directory",
      .details =
          "  skywright survey init mysurvey --instrument lsst\n"
          "  skywright survey init mysurvey --instrument my_camera.toml --name \"Our "
          "survey\"",
      .arguments = {kSurvey},
      .options = {{.name = "--instrument",
                   .value = "NAME|FILE.toml",
                   .help = "a built-in instrument, or the description of your own camera"},
                  {.name = "--name", .value = "TEXT", .help = "what people call it"},
                  {.name = "--ra", .value = "D", .help = "middle of the footprint [deg, ICRS]"},
                  {.name = "--dec", .value = "D", .help = "middle of the footprint [deg, ICRS]"},
                  {.name = "--radius", .value = "D", .help = "of the footprint [deg]"},
                  {.name = "--orbits",
                   .value = "FILE",
                   .help = "known moving objects, as `skywright survey orbits` takes them"}},
      .run = run_init,
      .settings = [](const Arguments& arguments, const Session& session) {
        return settings_in(survey_config(arguments, session));
      }};
}

Command survey_ingest_command() {
  return {
      .name = "survey ingest",
      .summary = "raw frames into a survey: checked, named, never lost or overwritten",
      .details = "Exit code 3 where some were refused, that of the error where all were.",
      .arguments = {kSurvey, {.name = "files", .help = "raw FITS frames", .takes = Takes::many}},
      .run = run_ingest};
}

Command survey_orbits_command() {
  return {
      .name = "survey orbits",
      .summary = "the catalog of orbits by which a survey's nights name what moves",
      .details =
          "The Minor Planet Center's MPCORB.DAT, or a table with a line of column names, plain or\n"
          "gzipped, becomes SURVEY/reference/orbits.* in place of the one that was there. Lines\n"
          "that are no orbit are passed over and counted. A night that runs goes on with the\n"
          "catalog it began with; the next ends the visits of before anew.\n\n"
          "  skywright survey orbits mysurvey MPCORB.DAT.gz",
      .arguments = {kSurvey, {.name = "catalog", .help = "file of orbits"}},
      .run = run_orbits};
}

Command survey_templates_command() {
  return {
      .name = "survey templates",
      .summary = "deep templates of a survey from raw science frames",
      .details =
          "Frames are grouped by band and detector; each group is detrended with the masters in\n"
          "SURVEY/calib, solved against the stars in SURVEY/reference and stacked into\n"
          "SURVEY/coadd/template_BAND_DETECTOR.fits [nJy], which `skywright night` subtracts.\n"
          "Exit code 3 where some frames could not be used.\n\n"
          "  skywright survey templates mysurvey last_month/*.fits.fz",
      .arguments = {kSurvey, {.name = "raws", .help = "raw science frames", .takes = Takes::many}},
      .run = run_templates};
}

Command survey_status_command() {
  return {.name = "survey status",
          .summary = "what a survey holds, and what failed and why",
          .arguments = {kSurvey},
          .run = run_status};
}

Command survey_verify_command() {
  return {.name = "survey verify",
          .summary = "every file of a survey against its checksum",
          .arguments = {kSurvey},
          .run = run_verify};
}

Command survey_rebuild_command() {
  return {.name = "survey rebuild",
          .summary = "the registry anew from the files",
          .arguments = {kSurvey},
          .run = run_rebuild};
}

}  // namespace skywright::apps
