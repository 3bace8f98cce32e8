#include "command_config.h"
#include "commands.h"
#include "commands/stack_options.h"

namespace skywright::apps {
namespace {

std::optional<int> side(const Arguments& args, std::string_view name) {
  constexpr std::int64_t kWidest = 65536;  // 17 GB in each plane
  if (!args.has(name)) return {};
  const std::int64_t pixels = args.whole(name);
  if (pixels < 1 || pixels > kWidest)
    throw ConfigError(std::string(name) + "=" + std::to_string(pixels), "must be in [1, 65536]",
                      "pixels of the coadd");
  return static_cast<int>(pixels);
}

}  // namespace

pipelines::StackJob stack_job(const Arguments& args) {
  pipelines::StackJob job;
  job.images = args.texts("images");
  job.out = args.text_or("--out", "");
  job.like = args.text_or("--like", "");
  job.grid.ra = args.maybe_number("--ra");
  if (args.has("--dec")) job.grid.dec = args.declination("--dec");
  job.grid.scale = args.maybe_number("--scale");
  job.grid.width = side(args, "--width");
  job.grid.height = side(args, "--height");
  return job;
}

stack::StackConfig stack_config(const Session& session) {
  return config_of<stack::StackConfig>(session);
}

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
            const pipelines::StackSummary summary =
                pipelines::stack_files(stack_job(args), stack_config(session), session.execution);
            for (const std::string& warning : summary.warnings) session.warn(warning);
            return Outcome{.text = summary.text(), .json = summary.json()};
          },
      .settings = settings_of<stack::StackConfig>};
}

}  // namespace skywright::apps
