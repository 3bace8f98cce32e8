#include "skywright/pipelines/night.h"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/pipelines/alert_outlets.h"
#include "skywright/pipelines/failures.h"
#include "skywright/pipelines/follow.h"
#include "skywright/pipelines/incoming.h"
#include "skywright/pipelines/ingest.h"
#include "skywright/pipelines/night_book.h"
#include "skywright/pipelines/night_work.h"
#include "skywright/pipelines/open_data.h"
#include "skywright/pipelines/survey_orbits.h"
#include "skywright/run/serve.h"

namespace skywright::pipelines {
namespace fs = std::filesystem;
namespace {

using archive::Archive;

/// The prompt database, or why it cannot be used: one of an older schema keeps visits from being
/// ended and alerted, not frames from being processed.
struct Prompt {
  std::unique_ptr<database::PromptDatabase> database;
  std::optional<Failure> problem;
};

Prompt open_prompt(const fs::path& survey, const SurveyConfig& config) {
  Prompt prompt;
  try {
    prompt.database =
        database::open_prompt_database(prompt_database_of(survey, config), sql::Access::create);
    update_failures(survey, {}, {kPromptUnit});
  } catch (const InputError& error) {
    prompt.problem = Failure{kPromptUnit, error.code(), error.what()};
    update_failures(survey, {*prompt.problem}, {});
  }
  return prompt;
}

/// All that lies in incoming/.
void take_in(const NightTools& tools, NightSummary& summary, const Execution& execution) {
  const std::vector<fs::path> files = frames_in(tools.archive.root() / "incoming");
  if (files.empty()) return;
  const IngestReport report = ingest(tools.archive, tools.instrument, files, execution);
  summary.ingested = static_cast<int>(report.count(IngestOutcome::ingested));
  for (const IngestedFile& file : report.files) {
    if (file.outcome != IngestOutcome::refused) continue;
    ++summary.rejected;
    summary.warnings.push_back(fmt::format("{}: {}", file.file.filename().string(), file.message));
  }
}

/// What the survey has now.
void run_once(const NightTools& tools, NightBook& book, NightSummary& summary,
              const Execution& execution) {
  take_in(tools, summary, execution);
  book.collect(execution);
  run::TaskGraph graph;
  std::string previous;
  for (NightVisit* visit : book.visits()) {
    std::vector<std::string> needs;
    for (NightFrame* frame : visit->frames) {
      if (frame->made) continue;
      graph.add(book.process_task(*frame));
      needs.push_back(NightBook::task_id(*frame));
    }
    if (tools.prompt == nullptr) continue;
    if (!previous.empty()) needs.push_back(previous);
    previous = fmt::format("end {}", visit->visit);
    graph.add(book.end_task(previous, *visit, std::move(needs)));
  }
  const run::RunReport report = graph.run(
      execution,
      {.activity = "night",
       .work = NightWork(tools.archive, tools.instrument, tools.inputs, tools.config.night),
       .crew = tools.crew,
       .longest_s = tools.config.night.longest_s});
  book.conclude(report, summary);
}

ExitCode code_of(const NightSummary& summary) {
  const bool failed =
      std::any_of(summary.exposures.begin(), summary.exposures.end(),
                  [](const ExposureOutcome& o) { return o.code != ExitCode::complete; });
  const bool whole = !failed && !summary.stopped && summary.rejected == 0 && summary.visits_end;
  return whole ? ExitCode::complete : ExitCode::partial;
}

/// What no broker acknowledged is a failure on record until it is.
void settle_sending(const fs::path& survey, const std::string& alerts_to, NightSummary& summary) {
  const AlertSender::State& sent = *summary.sent;
  const std::string unit = "alerts to " + alerts_to;
  if (sent.waiting == 0 && sent.files_waiting == 0) {
    update_failures(survey, {}, {unit});
    return;
  }
  const std::string waiting = fmt::format(
      "{} alerts and {} files are not acknowledged: {}; they are kept and go out at the next "
      "`skywright night`",
      sent.waiting, sent.files_waiting,
      sent.trouble.empty() ? "the broker is slow, or there is none" : sent.trouble);
  update_failures(survey, {{unit, ExitCode::service, waiting}}, {});
  summary.warnings.push_back(waiting);
  if (summary.code == ExitCode::complete) summary.code = ExitCode::service;
}

/// Lines of the catalog of orbits that were passed over.
void warn_of_orbits(const fs::path& survey, const SurveyInputs& inputs, const Execution& execution,
                    NightSummary& summary) {
  if (execution.stop_requested() || !summary.visits_end) return;  // then none were read
  const KnownMovers* movers = inputs.movers(execution);
  if (movers == nullptr || movers->reading().skipped == 0) return;
  summary.warnings.push_back(fmt::format("{}: {} lines are no orbit and were passed over; {}",
                                         orbit_file_of(survey)->filename().string(),
                                         movers->reading().skipped,
                                         first_skipped(movers->reading())));
}

/// What a rank other than 0 does of a night.
void serve_night(const NightRequest& request, const SurveyConfig& config,
                 const instrument::Instrument& instrument, const Execution& execution,
                 run::Crew& crew) {
  Archive archive(request.survey, archive::OpenFor::publishing);
  const SurveyInputs inputs(request.survey);
  run::serve(crew, NightWork(archive, instrument, inputs, config.night), execution);
}

}  // namespace

NightSummary night(const NightRequest& request, const Execution& execution, run::Crew* crew) {
  const SurveyConfig config = read_survey_config(request.survey);
  if (!fs::is_directory(request.survey / "incoming"))
    throw InputError((request.survey / "incoming").string(),
                     "the folder in which frames arrive is not there",
                     "make it, or name the survey that the frames go to");
  const instrument::Instrument instrument = survey_instrument(request.survey, config);
  if (crew != nullptr && !crew->leads()) {
    serve_night(request, config, instrument, execution, *crew);
    return {};
  }
  Archive archive(request.survey, archive::OpenFor::writing);
  Prompt prompt = open_prompt(request.survey, config);
  std::optional<Follower> follower;
  if (request.follow) follower.emplace(request, config, prompt.problem);
  const SurveyInputs inputs(request.survey);
  const std::string& alerts_to = request.alerts_to.empty() ? config.alerts_to : request.alerts_to;
  AlertOutlets outlets(request.survey, request.filters, alerts_to);
  outlets.catch_up(archive, execution);
  const NightTools tools{.archive = archive,
                         .outlets = outlets,
                         .prompt = prompt.database.get(),
                         .config = config,
                         .instrument = instrument,
                         .inputs = inputs,
                         .crew = crew,
                         .clock_mjd = request.clock_mjd};
  NightSummary summary;
  if (crew != nullptr) summary.ranks = crew->size();
  NightBook book(tools);
  if (follower)
    follower->run(tools, book, summary, execution);
  else
    run_once(tools, book, summary, execution);
  summary.stopped = summary.stopped || execution.stop_requested();
  summary.visits_end = !prompt.problem;
  if (prompt.problem) summary.warnings.push_back(prompt.problem->message);
  warn_of_orbits(request.survey, inputs, execution, summary);
  if (summary.crew_lost)
    summary.warnings.emplace_back("no other rank is left; what was done is kept");
  if (!summary.stopped && prompt.database)
    publish_open_data(archive, book.products(), config, instrument, execution);
  summary.streams = outlets.streams();
  summary.code = code_of(summary);
  summary.sent = outlets.finish(request.alerts_wait_s, execution);
  if (summary.sent) settle_sending(request.survey, alerts_to, summary);
  return summary;
}

}  // namespace skywright::pipelines
