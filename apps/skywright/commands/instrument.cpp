#include "commands/commands.h"
#include "skywright/draw/png.h"
#include "skywright/io/atomic_file.h"
#include "skywright/pipelines/frame_check.h"
#include "skywright/pipelines/instrument_report.h"
#include "skywright/pipelines/read_raw.h"
#include "skywright/simulation/slew_report.h"

namespace skywright::apps {

Command instrument_show_command() {
  return {.name = "instrument show",
          .summary = "print what describes a telescope and camera, each headline beside its value",
          .details =
              "Built in: lsst, lsst-2022, gmt, small-survey. Your own: a TOML file, see "
              "docs/guides/your-camera.md.\n\n"
              "  skywright instrument show lsst --plot focal-plane.png",
          .arguments = {{"name", "built-in name, or a TOML file"}},
          .options = {{"--plot", "FILE.png", "draw the focal plane"},
                      {"--size", "PIXELS", "width of the picture; 1400"}},
          .run = [](const Arguments& args, const Session&) {
            const auto instrument = pipelines::open_instrument(args.text("name"));
            const std::int64_t size = args.whole_or("--size", 1400);
            if (size < 400 || size > 8000)
              throw ConfigError("--size", "must be in [400, 8000]", "leave it out for 1400");
            if (args.has("--plot"))
              io::write_whole_file(args.text("--plot"),
                                   draw::encode_png(pipelines::focal_plane_picture(
                                       instrument, static_cast<int>(size))));
            const auto report = pipelines::show_instrument(instrument);
            return Outcome{.text = report.text, .json = report.json};
          }};
}

Command instrument_check_command() {
  return {.name = "instrument check",
          .summary = "say what of a frame's header a camera's description explains, and what not",
          .details =
              "Exit code 0 when the frame can be used with the description, 4 when not.\n\n"
              "  skywright instrument check camera.toml frame.fits",
          .arguments = {{"camera", "TOML file, or the name of a built-in instrument"},
                        {"frame", "FITS file"}},
          .run = [](const Arguments& args, const Session&) {
            const auto instrument = pipelines::open_instrument(args.text("camera"));
            const auto check = pipelines::check_frame(instrument, args.text("frame"));
            return Outcome{.code = check.usable ? ExitCode::complete : ExitCode::bad_input,
                           .text = pipelines::to_text(check),
                           .json = pipelines::to_json(check)};
          }};
}

Command instrument_slew_command() {
  return {
      .name = "instrument slew",
      .summary = "how long a telescope takes from one place to another, and what decides it",
      .details =
          "Places are altitude,azimuth[,rotator[,band]] in degrees; azimuth from north through\n"
          "east, inside the cable wrap for --from. The readout of the visit before counts.\n\n"
          "  skywright instrument slew lsst --from 60,170,0,r --to 55,200,30,i",
      .arguments = {{"name", "built-in name, or a TOML file"}},
      .options = {{"--from", "PLACE", "where the telescope is, or park", Need::required},
                  {"--to", "PLACE", "where it goes", Need::required}},
      .run = [](const Arguments& args, const Session&) {
        const auto instrument = pipelines::open_instrument(args.text("name"));
        const auto report =
            simulation::report_slew(instrument, args.text("--from"), args.text("--to"));
        return Outcome{.text = report.text, .json = report.json};
      }};
}

}  // namespace skywright::apps
