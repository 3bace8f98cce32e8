#include "command_config.h"
#include "commands/commands.h"
#include "skywright/pipelines/make_masters.h"
#include "skywright/pipelines/read_raw.h"

namespace skywright::apps {
namespace {

pipelines::MasterKind kind_of(const std::string& text) {
  if (text == "bias") return pipelines::MasterKind::bias;
  if (text == "dark") return pipelines::MasterKind::dark;
  if (text == "flat") return pipelines::MasterKind::flat;
  if (text == "all") return pipelines::MasterKind::all;
  throw ConfigError("--kind=" + text, "must be bias, dark, flat or all", "the default is all");
}

}  // namespace

Command calib_command() {
  return {
      .name = "calib",
      .summary = "bias, dark and flat masters and defect maps from raw calibration frames",
      .details =
          "Frames are sorted by detector, kind and band, as their headers tell. Writes\n"
          "bias_DETECTOR.fits [electron], dark_DETECTOR.fits [electron/s], "
          "flat_BAND_DETECTOR.fits\n(mean 1) and defects_DETECTOR.fits. Gains are checked by "
          "photon "
          "transfer; crosstalk is\nthat of the instrument.\n\n"
          "  skywright calib --instrument lsst raw/*.fits --out calib\n"
          "  skywright calib --instrument camera.toml --kind flat --masters calib flats/*.fits "
          "--out calib",
      .arguments = {{"raws", "raw frames", Need::required, Takes::many}},
      .options = {{"--instrument", "NAME", "lsst, or the TOML file of a camera", Need::required},
                  {"--out", "DIR", "where the masters go", Need::required},
                  {"--kind", "KIND", "bias, dark, flat or all (the default)"},
                  {"--masters", "DIR", "masters that there are, for darks and flats"}},
      .run =
          [](const Arguments& args, const Session& session) {
            pipelines::MakeMastersRequest request;
            for (const std::string& raw : args.texts("raws")) request.raws.emplace_back(raw);
            request.kind = kind_of(args.text_or("--kind", "all"));
            request.masters = args.text_or("--masters", "");
            request.out = args.text("--out");
            const auto config = config_of<detrend::MasterConfig>(session);
            const auto result = pipelines::make_masters(
                request, pipelines::open_instrument(args.text("--instrument")), config,
                session.execution);
            return Outcome{.text = pipelines::masters_text(result),
                           .json = pipelines::masters_json(result)};
          },
      .settings = settings_of<detrend::MasterConfig>};
}

}  // namespace skywright::apps
