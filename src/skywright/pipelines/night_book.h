/// The exposures and visits of a survey, what has become of each, and the tasks that they are.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "skywright/archive/archive.h"
#include "skywright/database/prompt_database.h"
#include "skywright/instrument/instrument.h"
#include "skywright/pipelines/alert_outlets.h"
#include "skywright/pipelines/night.h"
#include "skywright/pipelines/night_exposure.h"
#include "skywright/pipelines/prompt_visit.h"
#include "skywright/pipelines/survey_config.h"
#include "skywright/pipelines/survey_inputs.h"
#include "skywright/run/task_graph.h"

namespace skywright::pipelines {

/// What a night is done with; all outlive it.
struct NightTools {
  archive::Archive& archive;
  AlertOutlets& outlets;
  database::PromptDatabase* prompt;  ///< null where it cannot be used: visits then do not end
  const SurveyConfig& config;
  const instrument::Instrument& instrument;
  const SurveyInputs& inputs;
  run::Crew* crew = nullptr;
  double clock_mjd;  ///< as NightRequest
};

/// The injected clock, or the machine's [MJD TAI].
double now_mjd_tai(double clock_mjd);

/// One raw science frame.
struct NightFrame {
  RawFile raw;
  std::filesystem::file_time_type last_byte;  ///< when the raw was complete
  DetectorProducts planned;                   ///< what the survey's settings make of it
  std::optional<DetectorProducts> made = {};  ///< once it is there
  bool alerted = false;                       ///< its visit was ended with it
  ExposureOutcome outcome = {};
};

/// Frames by their start, then detector: the order in which they are associated.
struct NightVisit {
  std::int64_t visit = 0;
  std::vector<NightFrame*> frames = {};
  [[nodiscard]] double begun() const { return frames.front()->raw.info.start.mjd(); }
};

class NightBook {
 public:
  explicit NightBook(const NightTools& tools) : tools_(tools) {}
  NightBook(const NightBook&) = delete;
  NightBook& operator=(const NightBook&) = delete;

  /// Enter every raw science frame of the survey, and recognise what is finished.
  void collect(const Execution& execution);
  /// Enter one. @return null for a frame that is not of the sky, or is known
  NightFrame* add(RawFile raw, std::filesystem::file_time_type last_byte);
  [[nodiscard]] std::size_t size() const { return frames_.size(); }
  /// By their beginning; a visit's number decides between two of one instant.
  [[nodiscard]] std::vector<NightVisit*> visits();
  [[nodiscard]] NightVisit& visit(std::int64_t visit) { return visits_.at(visit); }

  static std::string task_id(const NightFrame& frame);
  /// To process a frame; any rank may do it.
  run::Task process_task(NightFrame& frame);
  /// To associate, store and alert what was made of a visit's frames.
  run::Task end_task(std::string id, const NightVisit& visit, std::vector<std::string> needs);

  /// Called in the course of the run, by any thread, one call at a time each.
  std::function<void(const NightFrame&)> on_processed = {};
  /// @param first  frames that were alerted for the first time
  std::function<void(const NightVisit&, const std::vector<NightFrame*>& first)> on_ended = {};

  /// The keys of all that the survey's frames make, those that failed left out.
  [[nodiscard]] std::vector<DetectorProducts> products() const;

  /// After the run: note failures in failures.json, and tell. @throws Error where a task failed for
  /// a reason that no frame could help: the disk, the database, or an error of ours
  void conclude(const run::RunReport& report, NightSummary& summary);

 private:
  void recognise_finished(const Execution& execution);
  void take(NightFrame& frame, std::string_view answer);
  void end(const NightVisit& visit, const Execution& execution);
  [[nodiscard]] bool is_launched() const;
  [[nodiscard]] std::vector<MissingMaster> missing_masters() const;

  NightTools tools_;
  std::deque<NightFrame> frames_;
  std::map<std::int64_t, NightVisit> visits_;
  std::vector<ExposureOutcome> unreadable_;  ///< raws that were damaged since they were ingested
  std::size_t dia_sources_ = 0, new_objects_ = 0, forced_sources_ = 0, alert_files_ = 0;
};

}  // namespace skywright::pipelines
