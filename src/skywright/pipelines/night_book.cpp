#include "skywright/pipelines/night_book.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/pipelines/failures.h"
#include "skywright/pipelines/night_work.h"
#include "skywright/pipelines/read_again.h"

namespace skywright::pipelines {
namespace {

namespace fs = std::filesystem;

bool is_earlier(const NightFrame* a, const NightFrame* b) {
  return std::tuple(a->raw.info.start.mjd(), a->raw.info.detector) <
         std::tuple(b->raw.info.start.mjd(), b->raw.info.detector);
}

}  // namespace

double now_mjd_tai(double clock_mjd) {
  if (!std::isnan(clock_mjd)) return clock_mjd;
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  const double mjd_utc = 40587.0 + std::chrono::duration<double>(since).count() / 86400.0;
  return time::to_tai(time::Utc::from_mjd(mjd_utc)).mjd();
}

void NightBook::collect(const Execution& execution) {
  for (const archive::DatasetRecord& record : tools_.archive.list({.kind = "raw"})) {
    RawFile raw{tools_.archive.root() / record.path, record.checksum, {}};
    try {
      raw.info = read_again(raw.path, [&] { return read_raw_info(raw.path, tools_.instrument); });
    } catch (const InputError& error) {
      ExposureOutcome& outcome = unreadable_.emplace_back();
      outcome.visit = record.key.id.visit;
      outcome.detector = record.key.id.detector;
      outcome.code = error.code();
      outcome.message = error.what();
      outcome.latency_s = std::nan("");
      continue;
    }
    raw.info.visit = record.key.id.visit;  // of the file's name where the header numbers no visits
    std::error_code ignored;
    const auto written = fs::last_write_time(raw.path, ignored);
    add(std::move(raw), written);
  }
  if (tools_.prompt != nullptr) {
    std::vector<DetectorProducts> planned;
    for (const NightFrame& frame : frames_) planned.push_back(frame.planned);
    forget_stale(planned, tools_.archive, *tools_.prompt, tools_.config.night,
                 tools_.inputs.movers(execution));
  }
  recognise_finished(execution);
}

NightFrame* NightBook::add(RawFile raw, fs::file_time_type last_byte) {
  const instrument::VisitInfo& info = raw.info;
  if (info.kind != instrument::ExposureKind::science) return nullptr;
  NightVisit& visit = visits_[info.visit];
  visit.visit = info.visit;
  const bool known =
      std::any_of(visit.frames.begin(), visit.frames.end(),
                  [&](const NightFrame* f) { return f->raw.info.detector == info.detector; });
  if (known) return nullptr;
  DetectorProducts planned =
      night_exposure_products(raw, tools_.instrument, tools_.inputs, tools_.config.night);
  NightFrame& frame = frames_.emplace_back(
      NightFrame{.raw = std::move(raw), .last_byte = last_byte, .planned = std::move(planned)});
  frame.outcome.visit = frame.raw.info.visit;
  frame.outcome.detector = frame.raw.info.detector;
  frame.outcome.band = frame.raw.info.band;
  frame.outcome.latency_s = std::nan("");
  visit.frames.insert(
      std::upper_bound(visit.frames.begin(), visit.frames.end(), &frame, is_earlier), &frame);
  return &frame;
}

std::vector<NightVisit*> NightBook::visits() {
  std::vector<NightVisit*> sorted;
  for (auto& [id, visit] : visits_) sorted.push_back(&visit);
  std::sort(sorted.begin(), sorted.end(), [](const NightVisit* a, const NightVisit* b) {
    return std::tuple(a->begun(), a->visit) < std::tuple(b->begun(), b->visit);
  });
  return sorted;
}

/// Finished work is recognised here rather than ordered: a night that is taken up costs a look.
void NightBook::recognise_finished(const Execution& execution) {
  const Execution quick(execution.jobs());
  quick.for_each(frames_.size(), [&](std::size_t i) {
    NightFrame& frame = frames_[i];
    try {
      const auto done = finished_night_exposure(frame.raw, tools_.instrument, tools_.inputs,
                                                tools_.config.night, tools_.archive);
      if (!done) return;
      frame.made = done->products;
      frame.outcome.was_done = true;
      frame.outcome.sources = done->quality.sources;
      frame.outcome.dia_sources = done->quality.dia_sources;
    } catch (const InputError&) {
      return;  // whoever is ordered to process it finds the same, and answers so
    }
  });
  if (tools_.prompt == nullptr) return;
  for (NightFrame& frame : frames_)
    frame.alerted = frame.made && is_alerted(*frame.made, tools_.archive, *tools_.prompt,
                                             tools_.config.night, tools_.inputs.movers(execution));
}

std::string NightBook::task_id(const NightFrame& frame) {
  return fmt::format("process {} {}", frame.raw.info.visit, frame.raw.info.detector);
}

run::Task NightBook::process_task(NightFrame& frame) {
  return {
      .id = task_id(frame),
      .needs = {},
      .order = [this,
                &frame] { return exposure_order(frame.raw, tools_.archive.root(), frame.planned); },
      .settle = [this, &frame](std::string_view answer) { take(frame, answer); },
      .given_up =
          [](std::string_view why) {
            ExposureAnswer answer;
            answer.code = ExitCode::service;
            answer.message = why;
            return answer_text(answer);
          }};
}

run::Task NightBook::end_task(std::string id, const NightVisit& visit,
                              std::vector<std::string> needs) {
  return {.id = std::move(id),
          .needs = std::move(needs),
          .body = [this, visit](const Execution& execution) { end(visit, execution); }};
}

bool NightBook::is_launched() const { return tools_.crew != nullptr && tools_.crew->size() > 1; }

void NightBook::take(NightFrame& frame, std::string_view answer_text) {
  ExposureAnswer answer = answer_from(answer_text);
  ExposureOutcome& outcome = frame.outcome;
  outcome.code = answer.code;
  outcome.message = std::move(answer.message);
  outcome.was_done = answer.was_done;
  outcome.times = std::move(answer.times);
  outcome.sources = answer.sources;
  outcome.dia_sources = answer.dia_sources;
  if (answer.code == ExitCode::complete) {  // else its visit goes on without it
    const DetectorProducts& made = frame.planned;
    if (is_launched()) {
      for (const archive::DatasetKey& key :
           {made.image, made.sources, made.difference, made.dia_sources, made.stamps})
        if (!key.hash.empty()) tools_.archive.adopt(key);
    }
    frame.made = made;
  }
  if (on_processed) on_processed(frame);
}

void NightBook::end(const NightVisit& visit, const Execution& execution) {
  std::vector<DetectorProducts> detectors;
  std::vector<NightFrame*> made;
  for (NightFrame* frame : visit.frames) {
    if (!frame->made) continue;
    detectors.push_back(*frame->made);
    made.push_back(frame);
  }
  StepTimer timer(step_clocks(execution));
  std::vector<NightFrame*> first;
  try {
    const VisitEnd end =
        end_visit(detectors, tools_.archive, *tools_.prompt, tools_.config.night,
                  now_mjd_tai(tools_.clock_mjd), execution, tools_.inputs.movers(execution));
    timer.mark("associate and alert");
    tools_.outlets.take(end.alerts, execution);
    const std::vector<StepTime> times = timer.take();
    dia_sources_ += end.dia_sources;
    new_objects_ += end.new_objects;
    forced_sources_ += end.forced_sources;
    alert_files_ += end.alerts.size();
    for (NightFrame* frame : made) {
      if (end.was_done) continue;
      ExposureOutcome& outcome = frame->outcome;
      outcome.was_done = false;
      outcome.times.insert(outcome.times.end(), times.begin(), times.end());
      if (frame->alerted) continue;  // late detectors of its visit were added
      frame->alerted = true;
      outcome.latency_s =
          std::chrono::duration<double>(fs::file_time_type::clock::now() - frame->last_byte)
              .count();
      first.push_back(frame);
    }
  } catch (const InputError& error) {
    // A product that was damaged since it was made: other visits go on.
    for (NightFrame* frame : made) {
      frame->outcome.code = error.code();
      frame->outcome.message = error.what();
    }
  }
  if (on_ended) on_ended(visit, first);
}

std::vector<DetectorProducts> NightBook::products() const {
  std::vector<const NightFrame*> sorted;
  for (const NightFrame& frame : frames_)
    if (frame.made) sorted.push_back(&frame);
  std::sort(sorted.begin(), sorted.end(), [](const NightFrame* a, const NightFrame* b) {
    const auto order = [](const NightFrame* f) {
      const instrument::VisitInfo& info = f->raw.info;
      return std::tuple(info.start.mjd(), info.visit, info.detector);
    };
    return order(a) < order(b);
  });
  std::vector<DetectorProducts> made;
  for (const NightFrame* frame : sorted) made.push_back(*frame->made);
  return made;
}

void NightBook::conclude(const run::RunReport& report, NightSummary& summary) {
  for (NightVisit* visit : visits())
    for (const NightFrame* frame : visit->frames) summary.exposures.push_back(frame->outcome);
  summary.exposures.insert(summary.exposures.end(), unreadable_.begin(), unreadable_.end());
  for (const run::TaskResult& task : report.tasks) {
    if (task.state == run::TaskState::failed)
      throw Error(task.code, task.id, task.message, "the night goes on when it is run again");
  }
  std::vector<Failure> failed;
  std::vector<std::string> done;
  for (const ExposureOutcome& o : summary.exposures) {
    const std::string unit = exposure_unit(o.visit, o.detector);
    if (o.code == ExitCode::complete)
      done.push_back(unit);
    else
      failed.push_back({unit, o.code, o.message});
  }
  update_failures(tools_.archive.root(), failed, done);
  summary.visits = static_cast<int>(visits_.size());
  summary.missing_masters = missing_masters();
  summary.dia_sources = dia_sources_;
  summary.new_objects = new_objects_;
  summary.forced_sources = forced_sources_;
  summary.alert_files = alert_files_;
  summary.stopped = report.stopped;
  summary.lost_leases = report.lost_leases;
  summary.overdue = report.overdue;
  summary.crew_lost = report.crew_lost;
  if (is_launched() && (report.stopped || report.lost_leases + report.overdue > 0))
    tools_.archive.expect_left_overs();
}

std::vector<MissingMaster> NightBook::missing_masters() const {
  std::map<std::pair<std::string, std::string>, std::set<std::string>> missing;
  for (const NightFrame& frame : frames_) {
    const instrument::VisitInfo& info = frame.raw.info;
    const instrument::Detector& detector = tools_.instrument.detector(info.detector);
    for (const std::string& kind : tools_.inputs.missing_masters(detector, info.band))
      missing[{kind, kind == "flat" ? info.band : ""}].insert(detector.name);
  }
  std::vector<MissingMaster> out;
  for (const auto& [what, detectors] : missing)
    out.push_back({what.first, what.second, {detectors.begin(), detectors.end()}});
  return out;
}

}  // namespace skywright::pipelines
