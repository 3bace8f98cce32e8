#include "skywright/demo/demo.h"

#include <cmath>

#include "command_config.h"
#include "commands.h"

namespace skywright::apps {

Command demo_command() {
  return {
      .name = "demo",
      .summary = "a night of a survey from nothing: simulate, reduce, alert, report",
      .details =
          "Makes OUT/survey, a survey directory of two LSST detectors with masters, templates and "
          "a\n"
          "night of six visits, and OUT/report.html, which sets its alerts beside the truth.\n"
          "Settings: --set bands='[\"g\", \"r\"]', --set simulation.image.seeing_arcsec=0.9 ...\n\n"
          "  skywright demo --out demo-out",
      .options = {{"--out", "DIR", "folder to make; an earlier demo there is replaced",
                   Need::required},
                  {"--clock", "MJD", "fixed time of processing, MJD TAI, for exact repeats"}},
      .run =
          [](const Arguments& args, const Session& session) {
            demo::DemoRequest request{.out = args.text("--out"),
                                      .seed = static_cast<std::uint64_t>(session.seed),
                                      .clock_mjd = args.number_or("--clock", std::nan(""))};
            request.config = config_of(session, demo::default_demo_config());
            const demo::DemoSummary summary = demo::run_demo(request, session.execution);
            return Outcome{summary.code, demo_text(summary), demo_json(summary)};
          },
      .settings =
          [](const Arguments&, const Session& session) {
            return settings_in(config_of(session, demo::default_demo_config()));
          }};
}

}  // namespace skywright::apps
