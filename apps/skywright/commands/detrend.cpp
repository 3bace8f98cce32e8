#include "command_config.h"
#include "commands/commands.h"
#include "commands/detrend_options.h"

namespace skywright::apps {

pipelines::DetrendRequest detrend_request(const Arguments& args) {
  pipelines::DetrendRequest request;
  for (const std::string& raw : args.texts("raws")) request.raws.push_back({.path = raw});
  request.masters = args.text_or("--masters", "");
  request.out = args.text_or("--out", "");
  return request;
}

detrend::DetrendConfig detrend_config(const Session& session) {
  return config_of<detrend::DetrendConfig>(session);
}

Command detrend_command() {
  return {
      .name = "detrend",
      .summary = "raw frames to clean images with variance and mask",
      .details =
          "Overscan, crosstalk, bias, dark, flat, defects, saturation and cosmic rays. Each "
          "output\n"
          "has IMAGE [electron], VARIANCE and MASK (bits named in MP_ cards) and the WCS that the\n"
          "pointing predicts, or the raw's own. Masters that are missing are left out.\n\n"
          "  skywright detrend raw.fits --instrument lsst --masters calib --out clean.fits\n"
          "  skywright detrend lights/*.fits --instrument camera.toml --out clean/",
      .arguments = {{"raws", "raw frames", Need::required, Takes::many}},
      .options = {{"--instrument", "NAME", "lsst, or the TOML file of a camera", Need::required},
                  {"--out", "PATH", "a folder, or a file for a single raw", Need::required},
                  {"--masters", "DIR", "what `skywright calib` wrote"}},
      .run =
          [](const Arguments& args, const Session& session) {
            pipelines::DetrendRequest request = detrend_request(args);
            if (request.out.empty()) request.out = ".";  // nothing in memory is of use here
            const auto config = detrend_config(session);
            const auto result = pipelines::detrend_files(
                request, pipelines::open_instrument(args.text("--instrument")), config,
                session.execution);
            for (const pipelines::DetrendedFile& file : result.files)
              if (!file.problem.empty()) session.warn(file.problem);
            return Outcome{.code = result.code,
                           .text = pipelines::detrend_text(result),
                           .json = pipelines::detrend_json(result)};
          },
      .settings = settings_of<detrend::DetrendConfig>};
}

}  // namespace skywright::apps
