#include "command_config.h"
#include "commands/commands.h"
#include "skywright/pipelines/associate_files.h"

namespace skywright::apps {
namespace {

pipelines::AssociateVisitConfig associate_config(const Arguments& arguments,
                                                 const Session& session) {
  auto config = config_of<pipelines::AssociateVisitConfig>(session);
  if (const auto radius = arguments.maybe_number("--radius"))
    config.associate.radius_arcsec = *radius;
  return config;
}

Outcome run_associate(const Arguments& arguments, const Session& session) {
  pipelines::CatalogDefaults defaults;
  if (arguments.has("--visit")) defaults.visit = arguments.whole("--visit");
  if (arguments.has("--detector")) defaults.detector = arguments.whole("--detector");
  if (arguments.has("--mjd")) defaults.mjd = arguments.mjd("--mjd");
  defaults.band = arguments.text_or("--band", "");
  std::vector<std::filesystem::path> catalogs;
  for (const std::string& file : arguments.texts("catalogs")) catalogs.emplace_back(file);
  const pipelines::AssociateReport report =
      pipelines::associate_files(catalogs, arguments.text("--database"), defaults,
                                 associate_config(arguments, session), session.execution);
  return {.code = ExitCode::complete, .text = report.text(), .json = report.json()};
}

}  // namespace

Command associate_command() {
  return {
      .name = "associate",
      .summary = "difference sources to objects, in a prompt database",
      .details =
          "Reads catalogs with columns ra, dec [deg] and, where there are any, diaSourceId, "
          "visit, detector,\nmidpointMjdTai, band, raErr, decErr, psfFlux, psfFluxErr. Visits go "
          "in order of time; a visit's\ndetector that is there already is replaced.\n\n"
          "  skywright associate diff.parquet --database prompt.sqlite --visit 12 --detector 0 "
          "--mjd 60500.1 --band r",
      .arguments = {{.name = "catalogs",
                     .help = "difference sources: .fits, .parquet or .csv",
                     .takes = Takes::many}},
      .options = {{.name = "--database",
                   .value = "FILE|URL",
                   .help = "SQLite file, made where it does not exist, or "
                           "postgresql://USER@HOST:PORT/DATABASE",
                   .need = Need::required},
                  {.name = "--visit", .value = "N", .help = "of catalogs without the column"},
                  {.name = "--detector", .value = "N", .help = "of catalogs without the column"},
                  {.name = "--mjd",
                   .value = "D",
                   .help = "middle of the exposure, MJD TAI, without the column"},
                  {.name = "--band", .value = "NAME", .help = "of catalogs without the column"},
                  {.name = "--radius",
                   .value = "ARCSEC",
                   .help = "farthest that a source lies from its object"}},
      .run = run_associate,
      .settings = [](const Arguments& arguments, const Session& session) {
        return settings_in(associate_config(arguments, session));
      }};
}

}  // namespace skywright::apps
