#include "command_config.h"
#include "commands.h"
#include "commands/subtract_options.h"

namespace skywright::apps {

pipelines::SubtractFilesConfig subtract_config(const Arguments& args, const Session& session) {
  auto config = config_of<pipelines::SubtractFilesConfig>(session);
  const std::string warp = args.text_or("--warp", "");
  if (warp == "never")
    config.warp = pipelines::WarpReference::never;
  else if (!warp.empty() && warp != "auto")
    throw ConfigError("--warp=" + warp, "must be auto or never", "the default is auto");
  if (const auto threshold = args.maybe_number("--threshold"))
    config.subtract.sources.threshold = *threshold;
  return config;
}

pipelines::SubtractJob subtract_job(const Arguments& args) {
  return {.science = {.image = args.text_or("science", ""),
                      .noise = args.text_or("--science-noise", ""),
                      .mask = args.text_or("--mask", ""),
                      .psf = args.text_or("--science-psf", "")},
          .reference = {.image = args.text_or("template", ""),
                        .noise = args.text_or("--template-noise", ""),
                        .mask = args.text_or("--template-mask", ""),
                        .psf = args.text_or("--template-psf", "")},
          .difference = args.text_or("--out", ""),
          .catalog = args.text_or("--catalog", ""),
          .score = args.text_or("--score", "")};
}

Command subtract_command() {
  return {
      .name = "subtract",
      .summary = "difference of two images, and its sources",
      .details =
          "Matches the reference to the science image (Alard & Lupton), makes the noise\n"
          "independent again and lists what changed: x y psfFlux psfFluxErr snr ... of DiaSource.\n"
          "Images are plain FITS, with or without WCS, or exposures of ours. Without noise files\n"
          "the noise is measured, its correlation included; without PSF files the PSFs are.\n\n"
          "  skywright subtract science.fits template.fits --out diff.fits --catalog diff.parquet",
      .arguments = {{"science", "FITS image, file.fits or file.fits[HDU]"},
                    {"template", "FITS image of the same field, earlier or deeper"}},
      .options = {{"--out", "FILE", "difference image with variance, mask and PSF"},
                  {"--catalog", "FILE", "sources: .parquet, .fits or .csv"},
                  {"--score", "FILE", "image of the matched filter's signal-to-noise ratio"},
                  {"--science-noise", "FILE", "rms of each pixel of the science image"},
                  {"--template-noise", "FILE", "the same of the template"},
                  {"--science-psf", "FILE", "PSF model, or a picture of a star"},
                  {"--template-psf", "FILE", "the same of the template"},
                  {"--mask", "FILE", "pixels of the science image that are not 0 are bad"},
                  {"--template-mask", "FILE", "the same of the template"},
                  {"--warp", "HOW", "auto: by WCS where the grids differ; never"},
                  {"--threshold", "SIGMA", "lowest |score| of a source"}},
      .run =
          [](const Arguments& args, const Session& session) {
            const pipelines::SubtractFilesConfig config = subtract_config(args, session);
            if (!args.has("--out") && !args.has("--catalog") && !args.has("--score"))
              throw ConfigError("nothing to write", "no --out, --catalog or --score",
                                "name at least one");
            const pipelines::SubtractSummary summary =
                pipelines::subtract_files(subtract_job(args), config, session.execution);
            for (const std::string& warning : summary.warnings) session.warn(warning);
            return Outcome{.text = summary.text(), .json = summary.json()};
          },
      .settings =
          [](const Arguments& args, const Session& session) {
            return settings_in(subtract_config(args, session));
          }};
}

}  // namespace skywright::apps
