#include "command_config.h"
#include "commands.h"
#include "skywright/pipelines/stack_files.h"

namespace skywright::apps {

Command stack_command() {
  return {
      .name = "stack",
      .summary = "warp images onto one grid and average them",
      .details =
          "Resampled by a windowed sinc, weights from the noise, outliers rejected; variance, "
          "mask,\n"
          "PSF and the noise's correlation go with the coadd. The grid is the first image's, wide\n"
          "enough for all, or a north-up one where a middle or a size is named.\n\n"
          "  skywright stack a.fits b.fits c.fits --out coadd.fits --like a.fits",
      .arguments = {{"images", "FITS images with WCS", Need::required, Takes::many}},
      .options = {{"--out", "FILE", "the coadd", Need::required},
                  {"--like", "FILE", "take this image's grid"},
                  {"--ra", "DEG", "right ascension of the coadd's middle"},
                  {"--dec", "DEG", "declination of the coadd's middle"},
                  {"--width", "PIXEL", "of the coadd"},
                  {"--height", "PIXEL", "of the coadd"},
                  {"--scale", "ARCSEC", "side of the coadd's pixels"}},
      .run =
          [](const Arguments& args, const Session& session) {
            const auto config = config_of<stack::StackConfig>(session);
            pipelines::StackJob job;
            job.images = args.texts("images");
            job.out = args.text("--out");
            job.grid.like = args.text_or("--like", "");
            job.grid.ra = args.maybe_number("--ra");
            if (args.has("--dec")) job.grid.dec = args.declination("--dec");
            job.grid.scale = args.maybe_number("--scale");
            if (args.has("--width")) job.grid.width = static_cast<int>(args.whole("--width"));
            if (args.has("--height")) job.grid.height = static_cast<int>(args.whole("--height"));
            const pipelines::StackSummary summary =
                pipelines::stack_files(job, config, session.execution);
            for (const std::string& warning : summary.warnings) session.warn(warning);
            return Outcome{.text = summary.text(), .json = summary.json()};
          },
      .settings = settings_of<stack::StackConfig>};
}

}  // namespace skywright::apps
