#include "skywright/pipelines/night.h"

#include <cmath>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include "commands.h"
#include "skywright/archive/archive.h"
#include "skywright/config/json_text.h"
#include "skywright/http/address.h"
#include "skywright/pipelines/survey.h"
#include "skywright/run/supervise.h"

namespace skywright::apps {
namespace {

/// The command line of the launch's ranks: this one without the options of the launch.
std::vector<std::string> ranks_command(const Session& session) {
  std::vector<std::string> words = {std::filesystem::read_symlink("/proc/self/exe").string()};
  for (std::size_t i = 0; i < session.words.size(); ++i) {
    const std::string& word = session.words[i];
    if (word == "--launch" || word == "--deadline")
      ++i;
    else if (!word.starts_with("--launch=") && !word.starts_with("--deadline="))
      words.push_back(word);
  }
  return words;
}

Outcome run_launches(const Arguments& args, const Session& session) {
  if (session.words.empty())
    throw ConfigError("--launch", "is for the program's command line",
                      "call `skywright night SURVEY --launch ...` as a process of its own");
  const std::filesystem::path survey = args.text("survey");
  run::SuperviseRequest request{.launcher = run::words_of(args.text("--launch")),
                                .command = ranks_command(session),
                                .made = [&] { return archive::published_datasets(survey); }};
  request.deadline_s = args.number_or("--deadline", request.deadline_s);
  if (!(request.deadline_s > 0.0))
    throw ConfigError(fmt::format("--deadline={}", request.deadline_s), "must be > 0 seconds",
                      "86400 is the default");
  (void)pipelines::survey_status(survey);  // before anything is launched
  const run::Supervision done = run::supervise(request, session.execution);
  // What the launches had to tell, rank 0 of the last one has told.
  if (!done.end.empty())
    session.warn(
        fmt::format("after {} launches: {}; run the same command again, what is done is "
                    "kept",
                    done.launches, done.end));
  return {.code = static_cast<ExitCode>(done.code),
          .text = {},
          .json = done.end.empty()
                      ? std::string()
                      : fmt::format(R"({{"code":{},"launches":{},"end":{}}})", done.code,
                                    done.launches, config::json_string(done.end))};
}

/// Of --follow and the options that go with it.
std::optional<pipelines::FollowRequest> follow_request(const Arguments& args,
                                                       const Session& session) {
  if (!args.has("--follow")) {
    for (const char* option : {"--until-idle", "--listen", "--log"})
      if (args.has(option))
        throw ConfigError(option, "is for a night that follows", "give --follow, too");
    return {};
  }
  pipelines::FollowRequest follow;
  follow.until_idle_s = args.number_or("--until-idle", follow.until_idle_s);
  if (!(follow.until_idle_s > 0.0))
    throw ConfigError(fmt::format("--until-idle={}", follow.until_idle_s), "must be > 0 seconds",
                      "600 waits ten minutes for a further frame");
  follow.listen = http::parse_address(args.text_or("--listen", "127.0.0.1:0"));
  follow.log = args.text_or("--log", "");
  follow.tell = session.tell;
  return follow;
}

Outcome run_night(const Arguments& args, const Session& session) {
  if (args.has("--launch")) {
    if (session.crew != nullptr)
      throw ConfigError("--launch", "this process was started by a launcher already",
                        "leave one of the two away");
    return run_launches(args, session);
  }
  if (args.has("--deadline"))
    throw ConfigError("--deadline", "it is that of --launch", "give both or none");
  const std::vector<std::string> filters = args.texts("--filter");
  const pipelines::NightSummary summary =
      pipelines::night({.survey = args.text("survey"),
                        .clock_mjd = args.mjd_or("--clock", std::nan("")),
                        .follow = follow_request(args, session),
                        .filters = {filters.begin(), filters.end()},
                        .alerts_to = args.text_or("--alerts-to", ""),
                        .alerts_wait_s = args.number_or("--alerts-wait", 60.0)},
                       session.execution, session.crew);
  return {.code = summary.code,
          .text = night_text(summary),
          .json = night_json(summary),
          .crew_lost = summary.crew_lost};
}

}  // namespace

Command night_command() {
  return {
      .name = "night",
      .summary = "prompt processing of a survey directory: raw frames to alerts",
      .details =
          "Takes what lies in SURVEY/incoming, processes every exposure that is not done and ends\n"
          "each visit with alerts. Stopped or killed anywhere, the same command goes on.\n"
          "Masters are read from SURVEY/calib, templates from SURVEY/coadd, reference stars from\n"
          "SURVEY/reference; settings stand in SURVEY/survey.toml, table [night].\n"
          "Under mpirun or srun --mpi=pmix the ranks share the exposures "
          "(docs/guides/cluster.md):\n\n"
          "  mpirun -n 5 skywright night mysurvey\n"
          "  skywright night mysurvey --launch \"mpirun -n 5\"",
      .arguments = {{"survey", "survey directory (see `skywright survey init`)"}},
      .options =
          {{.name = "--follow",
            .value = {},
            .help = "go on with frames as they land, until a stop (docs/guides/following.md)",
            .takes = Takes::nothing},
           {"--until-idle", "SECONDS", "end when none has landed for so long"},
           {"--listen", "HOST:PORT",
            "where health, metrics and the live page are served (default 127.0.0.1:0, a free "
            "port, which is told)"},
           {"--log", "FILE", "what happens, as JSON lines"},
           {"--clock", "MJD", "fixed time of processing, MJD TAI, for exact repeats"},
           {"--filter", "FILE",
            "write the alerts that the expression in FILE keeps into a stream of its own, "
            "streams/NAME; may be repeated, and SURVEY/filters/*.filter are taken as well",
            Need::optional, Takes::many},
           {"--alerts-to", "URL",
            "send alerts to kafka://HOST:PORT/TOPIC as well; files are the spool "
            "(docs/guides/alerts.md); what alerts_to of survey.toml says where left away"},
           {"--alerts-wait", "SECONDS",
            "how long to wait at the end for acknowledgements (default 60)"},
           {"--launch", "LAUNCHER",
            "start that many ranks, and again where one is lost: \"mpirun -n 5\""},
           {"--deadline", "SECONDS", "of all launches of --launch together (default 86400)"}},
      .run = run_night,
      .runs = Command::Runs::spread};
}

}  // namespace skywright::apps
