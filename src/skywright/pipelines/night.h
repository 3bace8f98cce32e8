/// Prompt processing of a survey directory: raw frames as they arrive to alerts.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "skywright/base/error.h"
#include "skywright/base/execution.h"
#include "skywright/http/address.h"
#include "skywright/pipelines/alert_sender.h"
#include "skywright/pipelines/alert_streams.h"
#include "skywright/pipelines/step_times.h"
#include "skywright/run/crew.h"
#include "skywright/run/task_graph.h"

namespace skywright::pipelines {

/// How a night waits for frames and tells of itself meanwhile.
struct FollowRequest {
  /// Ends by itself when nothing has landed for so long and nothing is left to do [s].
  double until_idle_s = std::numeric_limits<double>::infinity();
  http::Address listen = {};       ///< where health, metrics and the live page are served
  std::filesystem::path log = {};  ///< JSON lines are appended to it; empty for none
  /// Takes what a person must know at once: where it listens.
  std::function<void(std::string_view)> tell = {};
};

struct NightRequest {
  std::filesystem::path survey;  ///< a survey directory
  /// Fixes the clock that goes into timeProcessedMjdTai [MJD TAI]; NaN takes the machine's.
  double clock_mjd;
  /// Go on with frames as they land, until a stop; without: take what is there and end.
  std::optional<FollowRequest> follow = {};
  /// Files of filters whose streams the night writes, beside those in the survey's folder filters/.
  std::vector<std::filesystem::path> filters = {};
  std::string alerts_to = {};   ///< kafka://HOST:PORT/TOPIC; empty: what survey.toml says
  double alerts_wait_s = 60.0;  ///< for acknowledgements, once all else is done
};

/// One detector of one visit.
struct ExposureOutcome {
  std::int64_t visit = 0;
  int detector = 0;
  std::string band;
  bool was_done = false;  ///< recognised as finished by its key
  ExitCode code = ExitCode::complete;
  std::string message;  ///< why it failed
  std::vector<StepTime> times;
  int sources = 0;
  int dia_sources = 0;
  double latency_s =
      0.0;  ///< from the raw's last byte to the synced alerts; NaN if not alerted now
};

/// A master that calib/ does not hold: frames are processed without.
struct MissingMaster {
  std::string kind;  ///< bias, dark or flat
  std::string band;  ///< of a flat, else empty
  std::vector<std::string> detectors;
};

struct NightSummary {
  ExitCode code =
      ExitCode::complete;  ///< partial where some exposure failed or a stop was asked for
  bool stopped = false;
  int visits = 0;
  int ingested = 0;  ///< frames taken from incoming/
  int rejected = 0;  ///< files in incoming/ that are no frames of this instrument
  std::vector<ExposureOutcome> exposures;  ///< by visit's time, then detector
  std::size_t dia_sources = 0;
  std::size_t new_objects = 0;
  std::size_t forced_sources = 0;
  std::size_t alert_files = 0;
  std::vector<StreamCount> streams;            ///< what filters picked in this run
  std::optional<AlertSender::State> sent;      ///< to Kafka, where alerts go there
  std::vector<MissingMaster> missing_masters;  ///< of what the frames would have needed
  int ranks = 1;                               ///< of the launch
  std::size_t lost_leases = 0;                 ///< exposures taken back from ranks that fell silent
  std::size_t overdue = 0;  ///< exposures taken back from ranks that did not end them
  bool visits_end = true;   ///< false: the prompt database cannot be used, and nothing was alerted
  bool crew_lost = false;   ///< work remains, and no rank to do it
  std::vector<std::string> warnings;
};

/// Ingest what lies in incoming/ or lands there, process every exposure that is not done, end each
/// visit in order of time, and write the open catalogs. Stopped or killed anywhere, the same call
/// goes on.
/// @throws InputError, ConfigError, StorageError for the survey as a whole; one exposure's failure
///         is recorded in the summary and the others go on
/// @param crew  the launch that this process belongs to, if any: rank 0 then leases exposures to
/// the
///         others and does all else; they serve it and return an empty summary
NightSummary night(const NightRequest& request, const Execution& execution,
                   run::Crew* crew = nullptr);

/// The report for people, and as one JSON object.
std::string night_text(const NightSummary& summary);
std::string night_json(const NightSummary& summary);

}  // namespace skywright::pipelines
