#include "command_config.h"
#include "commands/commands.h"
#include "commands/solve_options.h"

namespace skywright::apps {
namespace {

std::optional<pipelines::Pointing> pointing_of(const Arguments& args) {
  const int given = static_cast<int>(args.has("--ra")) + static_cast<int>(args.has("--dec")) +
                    static_cast<int>(args.has("--scale"));
  if (given == 0) return {};
  if (given < 3)
    throw ConfigError("--ra --dec --scale", "they go together", "give all three or none");
  return pipelines::Pointing{args.number("--ra"), args.declination("--dec"),
                             args.number("--scale")};
}

}  // namespace

pipelines::SolveFileRequest solve_request(const Arguments& args) {
  return {.image = args.text_or("image", ""),
          .reference = args.text_or("--reference", ""),
          .out = args.text_or("--out", ""),
          .catalog = args.text_or("--catalog", ""),
          .band = args.text_or("--band", ""),
          .pointing = pointing_of(args)};
}

pipelines::SolveImageConfig solve_config(const Session& session) {
  return config_of<pipelines::SolveImageConfig>(session);
}

Command solve_command() {
  return {
      .name = "solve",
      .summary = "WCS and zero point of an image against a reference catalog",
      .details =
          "The reference has columns ra dec [deg] and, where they exist, raErr decErr [mas], pmRA\n"
          "pmDec [mas/yr], epoch [MJD] or refEpoch [yr], BAND_flux BAND_fluxErr [nJy] or BAND_mag\n"
          "BAND_magErr [AB]. The header's WCS may be wrong by 30 arcsec, 1 deg and 1 % of scale\n"
          "(--set max_offset_arcsec=..., max_rotation_deg, max_stretch). The copy carries the WCS "
          "as\nTAN-SIP, MAGZERO (AB magnitude of 1 image unit), MAGZERR, MAGZRMS, NMAGZERO, "
          "ASTRRMS "
          "[mas]\nand NASTRO.\n\n"
          "  skywright solve clean.fits --reference gaia.parquet --band r --out solved.fits\n"
          "  skywright solve photo.fits --reference stars.csv --ra 150.1 --dec 2.2 --scale 1.1 "
          "--out solved.fits",
      .arguments = {{"image", "FITS image, file.fits or file.fits[HDU]"}},
      .options = {{"--reference", "FILE", "stars: .parquet, .fits or .csv", Need::required},
                  {"--out", "FILE", "a copy of the image with WCS and zero point"},
                  {"--catalog", "FILE", "sources measured before; else they are detected"},
                  {"--band", "BAND", "of the reference fluxes; else the header's"},
                  {"--ra", "DEG", "of the image's centre, where it has no WCS"},
                  {"--dec", "DEG", "of the image's centre, where it has no WCS"},
                  {"--scale", "ARCSEC", "of a pixel, where it has no WCS"}},
      .run =
          [](const Arguments& args, const Session& session) {
            const auto result = pipelines::solve_file(solve_request(args), solve_config(session),
                                                      session.execution);
            for (const std::string& warning : result.warnings) session.warn(warning);
            return Outcome{.text = pipelines::solve_text(result),
                           .json = pipelines::solve_json(result)};
          },
      .settings = settings_of<pipelines::SolveImageConfig>};
}

}  // namespace skywright::apps
