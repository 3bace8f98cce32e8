#include "skywright/pipelines/night_monitor.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "skywright/pipelines/failures.h"

namespace skywright::pipelines {
namespace {

// What a page shows and a day's memory bears.
constexpr std::size_t kVisits = 60;
constexpr std::size_t kProblems = 40;
constexpr std::size_t kLatencies = 4000;

/// Dense around the minute that the alerts have: p50 and p98 follow from it to a few seconds.
http::Histogram latency_histogram() {
  return http::Histogram({2,  5,  10, 15, 20, 25, 30,  35,  40,  45,  50,  54,   57,  60,
                          63, 66, 70, 75, 80, 90, 105, 120, 180, 300, 600, 1800, 3600});
}

double age_s(std::filesystem::file_time_type since) {
  return std::chrono::duration<double>(std::filesystem::file_time_type::clock::now() - since)
      .count();
}

std::vector<LogField> fields_of(const NightFrame& frame) {
  return {field("visit", frame.outcome.visit),
          field("detector", std::int64_t{frame.outcome.detector})};
}

void add_message(std::vector<LogField>& fields, ExitCode code, const MessageParts& parts) {
  fields.push_back(field("code", static_cast<std::int64_t>(code)));
  fields.push_back(field("problem", parts.problem));
  fields.push_back(field("reason", parts.reason));
  fields.push_back(field("remedy", parts.remedy));
}

}  // namespace

NightMonitor::NightMonitor(const std::filesystem::path& log, double clock_mjd, double target_s)
    : log_(log, clock_mjd),
      clock_mjd_(clock_mjd),
      target_s_(target_s),
      started_(clock_()),
      turned_(started_),
      state_{.latency = latency_histogram()} {}

void NightMonitor::begun(const std::string& survey, const std::string& url) {
  const std::scoped_lock hold(lock_);
  log_.write(LogLevel::info, "started", {field("survey", survey), field("url", url)});
}

void NightMonitor::ready(std::size_t frames, std::size_t finished) {
  const std::scoped_lock hold(lock_);
  state_.ready = true;
  log_.write(
      LogLevel::info, "ready",
      {field("seconds", clock_() - started_), field("frames", static_cast<std::int64_t>(frames)),
       field("finished", static_cast<std::int64_t>(finished))});
}

void NightMonitor::orbits_carried(std::size_t bodies, std::size_t skipped, std::size_t unperturbed,
                                  double seconds) {
  const std::scoped_lock hold(lock_);
  log_.write(
      LogLevel::info, "orbits_carried",
      {field("bodies", static_cast<std::int64_t>(bodies)),
       field("lines_skipped", static_cast<std::int64_t>(skipped)),
       field("unperturbed", static_cast<std::int64_t>(unperturbed)), field("seconds", seconds)});
}

NightVisitState& NightMonitor::visit_of(const NightFrame& frame) {
  const auto [it, is_new] = state_.visits.try_emplace(frame.outcome.visit);
  if (is_new) {
    it->second.band = frame.outcome.band;
    it->second.begun_mjd = frame.raw.info.start.mjd();
  }
  return it->second;
}

void NightMonitor::landed(const NightFrame& frame, std::uint64_t bytes, bool late) {
  const std::scoped_lock hold(lock_);
  ++state_.landed;
  state_.late_detectors += late ? 1 : 0;
  state_.bytes["raw"] += bytes;
  ++visit_of(frame).landed;
  while (state_.visits.size() > kVisits) state_.visits.erase(state_.visits.begin());
  backlog_[{frame.outcome.visit, frame.outcome.detector}] = frame.last_byte;
  auto fields = fields_of(frame);
  fields.push_back(field("band", frame.outcome.band));
  fields.push_back(field("seconds", age_s(frame.last_byte)));
  log_.write(late ? LogLevel::warning : LogLevel::info, late ? "late_detector" : "frame_landed",
             fields);
}

void NightMonitor::taken_up(const NightFrame& frame) {
  const std::scoped_lock hold(lock_);
  ++visit_of(frame).landed;
  backlog_[{frame.outcome.visit, frame.outcome.detector}] = frame.last_byte;
  log_.write(LogLevel::info, "frame_taken_up", fields_of(frame));
}

void NightMonitor::calibration(const std::string& file) {
  const std::scoped_lock hold(lock_);
  ++state_.calibrations;
  log_.write(LogLevel::info, "calibration_frame", {field("file", file)});
}

void NightMonitor::duplicate(const std::string& file) {
  const std::scoped_lock hold(lock_);
  ++state_.duplicates;
  log_.write(LogLevel::info, "duplicate", {field("file", file)});
}

void NightMonitor::problem(std::string unit, ExitCode code, const std::string& message) {
  const time::Utc now = time::to_utc(time::Tai::from_mjd(now_mjd_tai(clock_mjd_)));
  state_.problems.push_front(
      {std::move(unit), code, message_parts(message), time::iso_text(now, 0) + "Z"});
  if (state_.problems.size() > kProblems) state_.problems.pop_back();
}

void NightMonitor::refused(const std::string& file, ExitCode code, const std::string& message) {
  const std::scoped_lock hold(lock_);
  ++state_.refused;
  problem(file, code, message);
  std::vector<LogField> fields = {field("file", file)};
  add_message(fields, code, message_parts(message));
  log_.write(LogLevel::warning, "frame_refused", fields);
}

void NightMonitor::failed(const NightFrame& frame) {
  const ExposureOutcome& outcome = frame.outcome;
  ++state_.failed;
  ++visit_of(frame).failed;
  backlog_.erase({outcome.visit, outcome.detector});
  problem(exposure_unit(outcome.visit, outcome.detector), outcome.code, outcome.message);
  auto fields = fields_of(frame);
  add_message(fields, outcome.code, message_parts(outcome.message));
  log_.write(LogLevel::error, "exposure_failed", fields);
}

void NightMonitor::processed(const NightFrame& frame, std::uint64_t bytes) {
  const std::scoped_lock hold(lock_);
  if (frame.outcome.code != ExitCode::complete) return failed(frame);
  ++state_.done;
  ++visit_of(frame).done;
  state_.bytes["products"] += bytes;
  double seconds = 0.0;
  for (const StepTime& step : frame.outcome.times) {
    auto& [sum, count] = state_.steps[step.step];
    sum += step.seconds;
    seconds += step.seconds;
    ++count;
  }
  auto fields = fields_of(frame);
  fields.push_back(field("seconds", seconds));
  fields.push_back(field("sources", std::int64_t{frame.outcome.sources}));
  fields.push_back(field("dia_sources", std::int64_t{frame.outcome.dia_sources}));
  log_.write(LogLevel::info, "exposure_done", fields);
}

void NightMonitor::ended(const NightVisit& visit, const std::vector<NightFrame*>& first,
                         std::uint64_t bytes) {
  const std::scoped_lock hold(lock_);
  for (const NightFrame* frame : visit.frames)
    if (frame->made && !frame->alerted) failed(*frame);  // it was processed, its end was not
  if (first.empty()) return;
  NightVisitState& v = visit_of(*first.front());
  ++state_.visits_ended;
  ++v.ends;
  state_.bytes["alerts"] += bytes;
  std::uint64_t alerts = 0;
  for (const NightFrame* frame : first) {
    const ExposureOutcome& outcome = frame->outcome;
    ++state_.alert_files;
    alerts += static_cast<std::uint64_t>(outcome.dia_sources);
    v.latency_s = std::max(v.latency_s, outcome.latency_s);
    state_.latency.add(outcome.latency_s);
    state_.latencies.emplace_back((clock_() - started_) / 60.0, outcome.latency_s);
    if (state_.latencies.size() > kLatencies) state_.latencies.pop_front();
    backlog_.erase({outcome.visit, outcome.detector});
  }
  v.alerts += alerts;
  state_.alerts += alerts;
  double seconds = 0.0;
  if (!first.front()->outcome.times.empty()) {
    const StepTime& step = first.front()->outcome.times.back();
    auto& [sum, count] = state_.steps[step.step];
    sum += seconds = step.seconds;
    ++count;
  }
  log_.write(
      LogLevel::info, "visit_ended",
      {field("visit", visit.visit), field("detectors", static_cast<std::int64_t>(first.size())),
       field("seconds", seconds), field("latency_s", v.latency_s),
       field("alerts", static_cast<std::int64_t>(alerts))});
}

void NightMonitor::previews(std::vector<NightPreview> previews) {
  const std::scoped_lock hold(lock_);
  if (!previews.empty()) state_.previews = std::move(previews);
}

void NightMonitor::previews_shed(std::int64_t visit) {
  const std::scoped_lock hold(lock_);
  ++state_.previews_shed;
  log_.write(LogLevel::warning, "previews_shed", {field("visit", visit)});
}

void NightMonitor::catalogs(bool published) {
  const std::scoped_lock hold(lock_);
  ++(published ? state_.catalogs_published : state_.catalogs_put_off);
  log_.write(LogLevel::info, published ? "catalogs_published" : "catalogs_put_off", {});
}

void NightMonitor::prompt_unusable(ExitCode code, const std::string& message) {
  const std::scoped_lock hold(lock_);
  problem(kPromptUnit, code, message);
  std::vector<LogField> fields;
  add_message(fields, code, message_parts(message));
  log_.write(LogLevel::error, "prompt_database_unusable", fields);
}

void NightMonitor::events_away(const std::string& trouble) {
  const std::scoped_lock hold(lock_);
  problem("events", ExitCode::service, trouble);
  log_.write(LogLevel::warning, "events_away", {field("reason", trouble)});
}

void NightMonitor::stopped(const std::string& why) {
  const std::scoped_lock hold(lock_);
  log_.write(LogLevel::info, "stopped",
             {field("reason", why), field("backlog", static_cast<std::int64_t>(backlog_.size()))});
}

double NightMonitor::oldest_s() const {
  double oldest = 0.0;
  for (const auto& [frame, since] : backlog_) oldest = std::max(oldest, age_s(since));
  return oldest;
}

void NightMonitor::turn(std::size_t left_behind) {
  const std::scoped_lock hold(lock_);
  turned_ = clock_();
  state_.left_behind = left_behind;
  const double oldest = oldest_s();
  const bool late = oldest > target_s_;
  if (late == state_.overloaded) return;
  state_.overloaded = late;
  log_.write(
      late ? LogLevel::warning : LogLevel::info, late ? "overload_begins" : "overload_ends",
      {field("backlog", static_cast<std::int64_t>(backlog_.size())), field("seconds", oldest)});
}

bool NightMonitor::overloaded() const {
  const std::scoped_lock hold(lock_);
  return state_.overloaded;
}

std::size_t NightMonitor::backlog() const {
  const std::scoped_lock hold(lock_);
  return backlog_.size();
}

double NightMonitor::since_turn_s() const {
  const std::scoped_lock hold(lock_);
  return clock_() - turned_;
}

NightState NightMonitor::state() const {
  const std::scoped_lock hold(lock_);
  NightState state = state_;
  state.up_s = clock_() - started_;
  state.backlog = backlog_.size();
  state.oldest_s = oldest_s();
  state.log_lines_lost = log_.lost_lines();
  return state;
}

}  // namespace skywright::pipelines
