#include "skywright/demo/demo.h"

#include <cmath>

#include "commands.h"
#include "skywright/config/toml_config.h"

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
      .run = [](const Arguments& args, const Session& session) {
        demo::DemoRequest request{.out = args.text("--out"),
                                  .seed = static_cast<std::uint64_t>(session.seed),
                                  .clock_mjd = args.number_or("--clock", std::nan(""))};
        if (!session.config_text.empty())
          config::read_toml(request.config, session.config_text, session.config_origin);
        for (const std::string& setting : session.settings)
          config::apply_setting(request.config, setting);
        const demo::DemoSummary summary = demo::run_demo(request, session.execution);
        return Outcome{summary.code, demo_text(summary), demo_json(summary)};
      }};
}

}  // namespace skywright::apps
