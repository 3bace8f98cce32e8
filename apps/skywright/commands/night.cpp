#include "skywright/pipelines/night.h"

#include <cmath>

#include "commands.h"

namespace skywright::apps {

Command night_command() {
  return {
      .name = "night",
      .summary = "prompt processing of a survey directory: raw frames to alerts",
      .details =
          "Takes what lies in SURVEY/incoming, processes every exposure that is not done and ends\n"
          "each visit with alerts. Stopped or killed anywhere, the same command goes on.\n"
          "Masters are read from SURVEY/calib, templates from SURVEY/coadd, reference stars from\n"
          "SURVEY/reference; settings stand in SURVEY/survey.toml, table [night].",
      .arguments = {{"survey", "survey directory (see `skywright survey init`)"}},
      .options = {{"--watch", "SECONDS", "wait for further frames until none has come for so long"},
                  {"--clock", "MJD", "fixed time of processing, MJD TAI, for exact repeats"}},
      .run = [](const Arguments& args, const Session& session) {
        const pipelines::NightSummary summary =
            pipelines::night({.survey = args.text("survey"),
                              .clock_mjd = args.mjd_or("--clock", std::nan("")),
                              .watch_s = args.number_or("--watch", 0.0)},
                             session.execution);
        return Outcome{summary.code, night_text(summary), night_json(summary)};
      }};
}

}  // namespace skywright::apps
