#include "skywright/pipelines/follow_run.h"

#include <algorithm>
#include <chrono>
#include <stop_token>
#include <thread>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/pipelines/ingest.h"
#include "skywright/pipelines/night_previews.h"
#include "skywright/pipelines/open_data.h"

namespace skywright::pipelines {
namespace {

namespace fs = std::filesystem;

constexpr double kWait = 0.1;           ///< for a frame, in one turn of the loop [s]
constexpr double kQuietCatalogs = 2.0;  ///< without a frame before catalogs are written [s]

std::uint64_t bytes_of(const fs::path& file) {
  std::error_code ignored;
  const auto size = fs::file_size(file, ignored);
  return ignored ? 0 : size;
}

std::uint64_t bytes_of(const DetectorProducts& made, const archive::Archive& archive) {
  std::uint64_t bytes = 0;
  for (const auto* key :
       {&made.image, &made.sources, &made.difference, &made.dia_sources, &made.stamps})
    if (!key->hash.empty()) bytes += bytes_of(archive.path_of(*key));
  return bytes;
}

}  // namespace

FollowRun::FollowRun(const NightTools& tools, const NightRequest& request, NightBook& book,
                     NightMonitor& monitor, const Execution& execution)
    : tools_(tools),
      request_(request),
      book_(book),
      monitor_(monitor),
      execution_(execution),
      incoming_(request.survey / "incoming", tools.config.follow.settle_s),
      gate_(tools.config.follow.detectors, tools.config.follow.wait_s),
      idle_since_(clock_()) {
  if (!tools.config.follow.events.empty())
    events_.emplace(tools.config.follow.events, request.survey / "incoming");
  for (const Failure& failure : read_failures(request.survey)) known_failures_.insert(failure.unit);
  book_.on_processed = [this](const NightFrame& frame) { note_processed(frame); };
  book_.on_ended = [this](const NightVisit& visit, const std::vector<NightFrame*>& first) {
    note_ended(visit, first);
  };
}

void FollowRun::begin(run::TaskGraph& graph) {
  std::size_t finished = 0;
  const std::vector<NightVisit*> visits = book_.visits();
  for (NightVisit* visit : visits) {
    bool alerted = true;
    for (NightFrame* frame : visit->frames) {
      finished += frame->alerted ? 1 : 0;
      alerted = alerted && frame->alerted;
      if (!frame->alerted) monitor_.taken_up(*frame);
      if (frame->made) continue;
      graph.add(book_.process_task(*frame));
      tasks_.insert(NightBook::task_id(*frame));
      ++asked_;
    }
    // Another part of the newest visit may be on its way; the others have waited long enough.
    if (visit == visits.back() && !alerted) {
      for (std::size_t i = 0; i < visit->frames.size(); ++i) gate_.landed(visit->visit, clock_());
    } else {
      gate_.learn(visit->frames.size());
      if (!alerted && tools_.prompt != nullptr) graph.add(end_task(*visit));
    }
  }
  const auto waiting = std::find_if(visits.begin(), visits.end(), [](const NightVisit* visit) {
    return std::any_of(visit->frames.begin(), visit->frames.end(),
                       [](const NightFrame* frame) { return !frame->alerted; });
  });
  carry_orbits(waiting != visits.end() ? (*waiting)->begun() : now_mjd_tai(tools_.clock_mjd));
  monitor_.ready(book_.size(), finished);
}

run::Feed FollowRun::feed() {
  run::Feed feed;
  for (const LandedFrame& file : incoming_.whole(kWait)) take(file, feed.tasks);
  if (events_) take_events(feed.tasks);
  end_visits(feed.tasks);
  monitor_.turn(incoming_.left_behind());
  write_failures();
  if (!feed.tasks.empty() || !nothing_is_left()) idle_since_ = clock_();
  const double idle = clock_() - idle_since_;
  if (idle >= kQuietCatalogs) {
    publish_catalogs();
    carry_orbits(now_mjd_tai(tools_.clock_mjd));
  }
  feed.more = idle < request_.follow->until_idle_s;
  return feed;
}

void FollowRun::take(const LandedFrame& file, std::vector<run::Task>& tasks) {
  const std::string name = file.file.filename().string();
  idle_since_ = clock_();
  const std::uint64_t bytes = bytes_of(file.file);
  const IngestReport report = ingest(tools_.archive, tools_.instrument, {file.file}, execution_);
  const IngestedFile& result = report.files.front();
  if (result.outcome == IngestOutcome::refused) {
    if (file.file.parent_path() == tools_.archive.root() / "incoming")
      refused_[name] = result.message;
    else
      refused_events_.push_back(result.message);
    monitor_.refused(name, result.code, result.message);
    return;
  }
  refused_.erase(name);
  if (result.info.kind != instrument::ExposureKind::science) {
    ++ingested_;
    return monitor_.calibration(name);
  }
  NightFrame* frame = book_.add({tools_.archive.root() / result.path, result.checksum, result.info},
                                file.last_byte);
  if (frame == nullptr) return monitor_.duplicate(name);
  ++ingested_;
  const std::int64_t visit = frame->outcome.visit;
  const bool late = gate_.is_closed(visit) && book_.visit(visit).frames.size() > 1;
  monitor_.landed(*frame, bytes, late);
  gate_.landed(visit, clock_());
  tasks.push_back(book_.process_task(*frame));
  tasks_.insert(tasks.back().id);
  ++asked_;
  catalogs_are_old_ = true;
}

/// A message counts as done once its frame is safe in the survey, or refused on record.
void FollowRun::take_events(std::vector<run::Task>& tasks) {
  const FrameEvents::News news = events_->take();
  for (const LandedFrame& file : news.frames) take(file, tasks);
  for (const std::string& problem : news.problems) {
    refused_events_.push_back(problem);
    monitor_.refused("an event", ExitCode::bad_input, problem);
    const std::scoped_lock hold(lock_);
    failed_.push_back({problem.substr(0, problem.find(':')), ExitCode::bad_input, problem});
  }
  if (!news.trouble.empty()) monitor_.events_away(news.trouble);
  events_->settle();
}

/// Visits end in their order; one that is not complete holds back those after it.
void FollowRun::end_visits(std::vector<run::Task>& tasks) {
  for (NightVisit* visit : book_.visits()) {
    if (gate_.is_closed(visit->visit)) continue;
    if (!gate_.is_complete(visit->visit, clock_())) return;
    gate_.close(visit->visit);
    if (tools_.prompt != nullptr) tasks.push_back(end_task(*visit));
  }
}

run::Task FollowRun::end_task(NightVisit& visit) {
  std::vector<std::string> needs;
  for (const NightFrame* frame : visit.frames)
    if (const std::string id = NightBook::task_id(*frame); tasks_.contains(id)) needs.push_back(id);
  if (ends_ > 0) needs.push_back(fmt::format("end {}", ends_));
  ++asked_;
  return book_.end_task(fmt::format("end {}", ++ends_), visit, std::move(needs));
}

void FollowRun::note_processed(const NightFrame& frame) {
  const ExposureOutcome& outcome = frame.outcome;
  monitor_.processed(frame, frame.made ? bytes_of(*frame.made, tools_.archive) : 0);
  const std::string unit = exposure_unit(outcome.visit, outcome.detector);
  const std::scoped_lock hold(lock_);
  ++told_;
  if (outcome.code != ExitCode::complete)
    failed_.push_back({unit, outcome.code, outcome.message});
  else
    done_.push_back(unit);
}

void FollowRun::note_ended(const NightVisit& visit, const std::vector<NightFrame*>& first) {
  std::uint64_t bytes = 0;
  for (const NightFrame* frame : first) {
    const auto record = tools_.archive.latest(
        {.kind = "alerts", .visit = frame->outcome.visit, .detector = frame->outcome.detector});
    if (record) bytes += static_cast<std::uint64_t>(record->bytes);
  }
  monitor_.ended(visit, first, bytes);
  {
    const std::scoped_lock hold(lock_);
    ++told_;
    for (const NightFrame* frame : visit.frames)
      if (frame->made && !frame->alerted)
        failed_.push_back({exposure_unit(frame->outcome.visit, frame->outcome.detector),
                           frame->outcome.code, frame->outcome.message});
  }
  const int count = tools_.config.follow.previews;
  if (count == 0 || first.empty()) return;
  // Of all that a night does, this alone can be left out: nothing is made of it.
  if (monitor_.overloaded()) return monitor_.previews_shed(visit.visit);
  monitor_.previews(night_previews(first, count, tools_.archive));
}

void FollowRun::write_failures() {
  std::vector<Failure> failed;
  std::vector<std::string> done;
  {
    const std::scoped_lock hold(lock_);
    failed.swap(failed_);
    for (std::string& unit : done_)
      if (known_failures_.erase(unit) > 0) done.push_back(std::move(unit));
    done_.clear();
  }
  for (const Failure& failure : failed) known_failures_.insert(failure.unit);
  if (!failed.empty() || !done.empty()) update_failures(tools_.archive.root(), failed, done);
}

bool FollowRun::nothing_is_left() const {
  if (incoming_.any_waiting()) return false;  // a file that is being written, or must rest first
  const std::scoped_lock hold(lock_);
  if (told_ < asked_) return false;
  for (const NightVisit* visit : book_.visits())
    if (!gate_.is_closed(visit->visit)) return false;
  return true;
}

/// While nothing else is to do, and broken off when a frame comes: catalogs can wait.
void FollowRun::publish_catalogs() {
  if (!catalogs_are_old_ || tools_.prompt == nullptr) return;
  std::stop_source stop;
  const Execution execution(execution_.jobs(), stop.get_token());
  std::jthread watcher([&](const std::stop_token& ended) {
    while (!ended.stop_requested()) {
      if (execution_.stop_requested() || incoming_.any_waiting()) stop.request_stop();
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  });
  try {
    publish_open_data(tools_.archive, book_.products(), tools_.config, tools_.instrument,
                      execution);
    catalogs_are_old_ = false;
    monitor_.catalogs(true);
  } catch (const Stopped&) {
    monitor_.catalogs(false);
    idle_since_ = clock_();
  }
}

/// Once a night: where frames of another night land, orbits are carried to that one with its first
/// visit, and not to and fro.
void FollowRun::carry_orbits(double mjd_tai) {
  if (tools_.prompt == nullptr) return;
  KnownMovers* movers = tools_.inputs.movers(execution_);
  if (movers == nullptr) return;
  const time::Tai t = time::Tai::from_mjd(mjd_tai);
  const double noon = movers->noon_before(t);
  if (carried_noon_ == noon) return;
  carried_noon_ = noon;
  const double begun = clock_();
  try {
    const ephemeris::CatalogMotion& motion = movers->night_of(t, execution_);
    monitor_.orbits_carried(motion.counts().bodies, movers->reading().skipped,
                            motion.counts().unperturbed, clock_() - begun);
  } catch (const InputError&) {
    return;  // a clock beyond the ephemeris; if the frames are there, too, their visits say so
  } catch (const Stopped&) {
    return;  // so is the run
  }
}

void FollowRun::conclude(NightSummary& summary) const {
  summary.ingested = ingested_;
  summary.rejected += static_cast<int>(refused_events_.size());
  summary.warnings.insert(summary.warnings.end(), refused_events_.begin(), refused_events_.end());
  for (const fs::path& file : frames_in(request_.survey / "incoming")) {
    const auto why = refused_.find(file.filename().string());
    if (why == refused_.end()) continue;
    ++summary.rejected;
    summary.warnings.push_back(fmt::format("{}: {}", why->first, why->second));
  }
}

}  // namespace skywright::pipelines
