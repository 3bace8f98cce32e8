#include "skywright/pipelines/night.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <set>
#include <thread>
#include <tuple>

#include <fmt/format.h>

#include "skywright/config/toml_config.h"
#include "skywright/pipelines/alert_outlets.h"
#include "skywright/pipelines/failures.h"
#include "skywright/pipelines/ingest.h"
#include "skywright/pipelines/night_exposure.h"
#include "skywright/pipelines/night_work.h"
#include "skywright/pipelines/open_data.h"
#include "skywright/pipelines/prompt_visit.h"
#include "skywright/pipelines/survey_config.h"
#include "skywright/pipelines/survey_inputs.h"
#include "skywright/run/serve.h"

namespace skywright::pipelines {
namespace fs = std::filesystem;
namespace {

using archive::Archive;

double machine_mjd_tai() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  const double mjd_utc = 40587.0 + std::chrono::duration<double>(since).count() / 86400.0;
  return time::to_tai(time::Utc::from_mjd(mjd_utc)).mjd();
}

std::vector<fs::path> frames_in(const fs::path& incoming) {
  std::vector<fs::path> files;
  if (!fs::is_directory(incoming)) return files;
  for (const auto& entry : fs::directory_iterator(incoming)) {
    // Hidden names are those of files that are still being written. A link to nowhere is no file.
    std::error_code ignored;
    if (entry.is_regular_file(ignored) && !entry.path().filename().string().starts_with('.'))
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string unit_name(std::int64_t visit, int detector) {
  return fmt::format("night {} {}", visit, detector);
}

/// One run over what a survey has now.
class Pass {
 public:
  Pass(const NightRequest& request, const Execution& execution, Archive& archive,
       database::PromptDatabase& prompt, const SurveyConfig& config,
       const instrument::Instrument& instrument, const SurveyInputs& inputs, run::Crew* crew,
       AlertOutlets& outlets)
      : request_(request),
        execution_(execution),
        archive_(archive),
        prompt_(prompt),
        config_(config),
        instrument_(instrument),
        inputs_(inputs),
        crew_(crew),
        outlets_(outlets) {}

  /// The keys of all that the survey's frames make, those that failed left out.
  [[nodiscard]] std::vector<DetectorProducts> products() const {
    std::vector<DetectorProducts> made;
    for (const auto& p : products_)
      if (p) made.push_back(*p);
    return made;
  }

  void run(NightSummary& summary) {
    collect();
    forget_stale(planned_, archive_, prompt_, config_.night, inputs_.movers(execution_));
    recognise_finished();
    run::TaskGraph graph;
    std::string previous;
    for (const auto& [order, members] : visits_) {
      std::vector<std::string> needs;
      for (const std::size_t i : members) {
        if (products_[i]) continue;
        const std::string id = fmt::format("process {}", i);
        graph.add(
            {.id = id,
             .needs = {},
             .order = [this, i] { return exposure_order(raws_[i], archive_.root(), planned_[i]); },
             .settle = [this, i](std::string_view answer) { take(i, answer_from(answer)); }});
        needs.push_back(id);
      }
      if (!previous.empty()) needs.push_back(previous);
      previous = fmt::format("end {}", order.second);
      graph.add({.id = previous,
                 .needs = needs,
                 .body = [this, members = members](const Execution& e) { end(members, e); }});
    }
    const run::RunReport report =
        graph.run(execution_, {.activity = "night",
                               .work = NightWork(archive_, instrument_, inputs_, config_.night),
                               .crew = crew_});
    conclude(report, summary);
  }

 private:
  /// Every raw science frame, by the visit's time.
  void collect() {
    for (const archive::DatasetRecord& raw : archive_.list({.kind = "raw"})) {
      RawFile file{archive_.root() / raw.path, raw.checksum, {}};
      try {
        file.info = read_raw_info(file.path, instrument_);
      } catch (const InputError& error) {
        ExposureOutcome& outcome = unreadable_.emplace_back();
        outcome.visit = raw.key.id.visit;
        outcome.detector = raw.key.id.detector;
        outcome.code = error.code();
        outcome.message = error.what();
        outcome.latency_s = std::nan("");
        continue;
      }
      if (file.info.kind != instrument::ExposureKind::science) continue;
      file.info.visit = raw.key.id.visit;  // of the file's name where the header numbers no visits
      raws_.push_back(std::move(file));
    }
    std::sort(raws_.begin(), raws_.end(), [](const RawFile& a, const RawFile& b) {
      return std::tuple(a.info.start.mjd(), a.info.visit, a.info.detector) <
             std::tuple(b.info.start.mjd(), b.info.visit, b.info.detector);
    });
    outcomes_.resize(raws_.size());
    products_.resize(raws_.size());
    std::map<std::int64_t, double> begun;
    for (const RawFile& raw : raws_) begun.try_emplace(raw.info.visit, raw.info.start.mjd());
    for (std::size_t i = 0; i < raws_.size(); ++i) {
      const instrument::VisitInfo& info = raws_[i].info;
      outcomes_[i].visit = info.visit;
      outcomes_[i].detector = info.detector;
      outcomes_[i].band = info.band;
      outcomes_[i].latency_s = std::nan("");
      planned_.push_back(night_exposure_products(raws_[i], instrument_, inputs_, config_.night));
      visits_[{begun[info.visit], info.visit}].push_back(i);
    }
  }

  /// Finished work is recognised here rather than ordered: a night that is taken up costs a look.
  void recognise_finished() {
    const Execution quick(execution_.jobs());
    quick.for_each(raws_.size(), [&](std::size_t i) {
      try {
        const auto done =
            finished_night_exposure(raws_[i], instrument_, inputs_, config_.night, archive_);
        if (!done) return;
        products_[i] = done->products;
        outcomes_[i].was_done = true;
        outcomes_[i].sources = done->quality.sources;
        outcomes_[i].dia_sources = done->quality.dia_sources;
      } catch (const InputError&) {
        return;  // whoever is ordered to process it finds the same, and answers so
      }
    });
  }

  void take(std::size_t i, ExposureAnswer answer) {
    ExposureOutcome& outcome = outcomes_[i];
    outcome.code = answer.code;
    outcome.message = std::move(answer.message);
    outcome.was_done = answer.was_done;
    outcome.times = std::move(answer.times);
    outcome.sources = answer.sources;
    outcome.dia_sources = answer.dia_sources;
    if (answer.code != ExitCode::complete) return;  // its visit goes on without it
    const DetectorProducts& made = planned_[i];
    if (crew_ != nullptr && crew_->size() > 1) {
      for (const archive::DatasetKey& key :
           {made.image, made.sources, made.difference, made.dia_sources, made.stamps})
        if (!key.hash.empty()) archive_.adopt(key);
    }
    products_[i] = made;
  }

  void end(const std::vector<std::size_t>& members, const Execution& execution) {
    std::vector<DetectorProducts> detectors;
    for (const std::size_t i : members) {
      if (products_[i]) detectors.push_back(*products_[i]);
    }
    const double clock = std::isnan(request_.clock_mjd) ? machine_mjd_tai() : request_.clock_mjd;
    StepTimer timer(step_clocks(execution));
    const VisitEnd end = end_visit(detectors, archive_, prompt_, config_.night, clock, execution,
                                   inputs_.movers(execution));
    timer.mark("associate and alert");
    outlets_.take(end.alerts, execution);
    const std::vector<StepTime> times = timer.take();
    dia_sources_ += end.dia_sources;
    new_objects_ += end.new_objects;
    forced_sources_ += end.forced_sources;
    alert_files_ += end.alerts.size();
    if (end.was_done) return;
    for (const std::size_t i : members) {
      if (!products_[i]) continue;
      outcomes_[i].was_done = false;
      outcomes_[i].times.insert(outcomes_[i].times.end(), times.begin(), times.end());
      const auto written = fs::last_write_time(raws_[i].path);
      outcomes_[i].latency_s =
          std::chrono::duration<double>(fs::file_time_type::clock::now() - written).count();
    }
  }

  void conclude(const run::RunReport& report, NightSummary& summary) {
    outcomes_.insert(outcomes_.end(), unreadable_.begin(), unreadable_.end());
    std::vector<Failure> failed;
    std::vector<std::string> done;
    for (const ExposureOutcome& o : outcomes_) {
      const std::string unit = unit_name(o.visit, o.detector);
      if (o.code == ExitCode::complete)
        done.push_back(unit);
      else
        failed.push_back({unit, o.code, o.message});
    }
    for (const run::TaskResult& task : report.tasks) {
      if (task.state == run::TaskState::failed) {
        // What no single exposure could help: the disk, the database, or an error of ours.
        throw Error(task.code, task.id, task.message, "the night goes on when it is run again");
      }
    }
    update_failures(archive_.root(), failed, done);
    summary.visits = static_cast<int>(visits_.size());
    keep_earlier(summary.exposures);
    summary.exposures = outcomes_;
    summary.missing_masters = missing_masters();
    summary.dia_sources += dia_sources_;
    summary.new_objects += new_objects_;
    summary.forced_sources += forced_sources_;
    summary.alert_files += alert_files_;
    summary.stopped = summary.stopped || report.stopped;
    summary.lost_leases += report.lost_leases;
    summary.crew_lost = summary.crew_lost || report.crew_lost;
    const bool launched = crew_ != nullptr && crew_->size() > 1;
    if (launched && (report.stopped || report.lost_leases > 0)) archive_.expect_left_overs();
  }

  [[nodiscard]] std::vector<MissingMaster> missing_masters() const {
    std::map<std::pair<std::string, std::string>, std::set<std::string>> missing;
    for (const RawFile& raw : raws_) {
      const instrument::Detector& detector = instrument_.detector(raw.info.detector);
      for (const std::string& kind : inputs_.missing_masters(detector, raw.info.band))
        missing[{kind, kind == "flat" ? raw.info.band : ""}].insert(detector.name);
    }
    std::vector<MissingMaster> out;
    for (const auto& [what, detectors] : missing)
      out.push_back({what.first, what.second, {detectors.begin(), detectors.end()}});
    return out;
  }

  /// Of what this call of `night` did in an earlier pass, tell how it went then.
  void keep_earlier(const std::vector<ExposureOutcome>& earlier) {
    for (ExposureOutcome& now : outcomes_) {
      if (!now.was_done) continue;
      for (const ExposureOutcome& then : earlier)
        if (then.visit == now.visit && then.detector == now.detector) now = then;
    }
  }

  const NightRequest& request_;
  const Execution& execution_;
  Archive& archive_;
  database::PromptDatabase& prompt_;
  const SurveyConfig& config_;
  const instrument::Instrument& instrument_;
  const SurveyInputs& inputs_;
  run::Crew* crew_;
  AlertOutlets& outlets_;
  std::vector<RawFile> raws_;
  std::vector<ExposureOutcome> outcomes_;
  std::vector<ExposureOutcome> unreadable_;  ///< raws that were damaged since they were ingested
  std::vector<std::optional<DetectorProducts>> products_;
  std::vector<DetectorProducts> planned_;
  std::map<std::pair<double, std::int64_t>, std::vector<std::size_t>> visits_;
  std::size_t dia_sources_ = 0, new_objects_ = 0, forced_sources_ = 0, alert_files_ = 0;
};

/// The folder where frames arrive. A file that was refused stays there and is not tried again in
/// the same run until it changes.
class Incoming {
 public:
  explicit Incoming(fs::path folder) : folder_(std::move(folder)) {}

  void take(Archive& archive, const instrument::Instrument& instrument, NightSummary& summary,
            const Execution& execution) {
    std::vector<fs::path> frames;
    std::map<fs::path, Refusal> still;
    for (const fs::path& file : frames_in(folder_)) {
      const auto known = refused_.find(file);
      if (known != refused_.end() && known->second.stamp == stamp_of(file))
        still.insert(*known);
      else
        frames.push_back(file);
    }
    refused_ = std::move(still);
    if (!frames.empty()) {
      std::map<fs::path, Stamp> before;
      for (const fs::path& file : frames) before[file] = stamp_of(file);
      const IngestReport report = ingest(archive, instrument, frames, execution);
      summary.ingested += static_cast<int>(report.count(IngestOutcome::ingested));
      for (const IngestedFile& file : report.files) {
        if (file.outcome == IngestOutcome::refused)
          refused_[file.file] = {before[file.file], file.message};
      }
    }
    summary.rejected = static_cast<int>(refused_.size());
    summary.warnings.clear();
    for (const auto& [file, refusal] : refused_)
      summary.warnings.push_back(fmt::format("{}: {}", file.filename().string(), refusal.message));
  }

 private:
  using Stamp = std::pair<std::uintmax_t, fs::file_time_type>;  ///< size and time of writing
  struct Refusal {
    Stamp stamp;
    std::string message;
  };

  static Stamp stamp_of(const fs::path& file) {
    std::error_code ignored;  // it may be gone again: then it differs from any that was there
    const auto size = fs::file_size(file, ignored);
    return {size, fs::last_write_time(file, ignored)};
  }

  fs::path folder_;
  std::map<fs::path, Refusal> refused_;
};

ExitCode code_of(const NightSummary& summary) {
  const bool failed =
      std::any_of(summary.exposures.begin(), summary.exposures.end(),
                  [](const ExposureOutcome& o) { return o.code != ExitCode::complete; });
  return failed || summary.stopped || summary.rejected > 0 ? ExitCode::partial : ExitCode::complete;
}

/// What no broker acknowledged is a failure on record until it is.
void settle_sending(const NightRequest& request, NightSummary& summary) {
  const AlertSender::State& sent = *summary.sent;
  const std::string unit = "alerts to " + request.alerts_to;
  if (sent.waiting == 0 && sent.files_waiting == 0) {
    update_failures(request.survey, {}, {unit});
    return;
  }
  const std::string waiting = fmt::format(
      "{} alerts and {} files are not acknowledged: {}; they are kept and go out at the next "
      "`skywright night`",
      sent.waiting, sent.files_waiting,
      sent.trouble.empty() ? "the broker is slow, or there is none" : sent.trouble);
  update_failures(request.survey, {{unit, ExitCode::service, waiting}}, {});
  summary.warnings.push_back(waiting);
  if (summary.code == ExitCode::complete) summary.code = ExitCode::service;
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
  const auto prompt_database = database::open_prompt_database(
      prompt_database_of(request.survey, config), sql::Access::create);
  database::PromptDatabase& prompt = *prompt_database;
  const SurveyInputs inputs(request.survey);
  AlertOutlets outlets(request.survey, request.filters, request.alerts_to);
  outlets.catch_up(archive, execution);
  NightSummary summary;
  if (crew != nullptr) summary.ranks = crew->size();
  Incoming incoming(request.survey / "incoming");
  std::optional<std::vector<DetectorProducts>> unpublished;
  double idle_since = run::steady_clock()();
  for (bool first = true;; first = false) {
    const int before = summary.ingested;
    incoming.take(archive, instrument, summary, execution);
    if (first || summary.ingested > before) {
      Pass pass(request, execution, archive, prompt, config, instrument, inputs, crew, outlets);
      pass.run(summary);
      unpublished = pass.products();
      idle_since = run::steady_clock()();
    } else if (unpublished) {
      // Nothing new has come: now is the time to write what others read.
      publish_open_data(archive, *unpublished, config, instrument, execution);
      unpublished.reset();
    }
    const double idle = run::steady_clock()() - idle_since;
    if (summary.stopped || execution.stop_requested() || idle >= request.watch_s) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  summary.stopped = summary.stopped || execution.stop_requested();
  if (summary.crew_lost)
    summary.warnings.emplace_back("no other rank is left; what was done is kept");
  if (!summary.stopped && unpublished)
    publish_open_data(archive, *unpublished, config, instrument, execution);
  summary.streams = outlets.streams();
  summary.code = code_of(summary);
  summary.sent = outlets.finish(request.alerts_wait_s, execution);
  if (summary.sent) settle_sending(request, summary);
  return summary;
}

}  // namespace skywright::pipelines
