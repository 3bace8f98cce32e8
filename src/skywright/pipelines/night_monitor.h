/// What a night that is followed has done and has to do, as it happens: told by the night's
/// threads, written to its log, asked by the server's thread.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "skywright/base/error.h"
#include "skywright/http/metrics_text.h"
#include "skywright/pipelines/night_book.h"
#include "skywright/pipelines/night_log.h"
#include "skywright/run/task_graph.h"

namespace skywright::pipelines {

/// A difference source as the live page shows it.
struct NightPreview {
  std::string caption;
  std::string png;  ///< science, template and difference side by side
};

struct NightVisitState {
  std::string band;
  double begun_mjd = 0.0;
  int landed = 0, done = 0, failed = 0;  ///< detectors
  int ends = 0;                          ///< more than one where detectors came late
  std::uint64_t alerts = 0;
  double latency_s = 0.0;  ///< the longest of its detectors; 0 before its end
};

struct NightProblem {
  std::string unit;
  ExitCode code = ExitCode::complete;
  MessageParts message;
  std::string time;  ///< UTC
};

/// All that the log, the metrics and the page tell. A copy of it is small whatever the night.
struct NightState {
  double up_s = 0.0;
  bool ready = false;  ///< what does not depend on the frames is loaded
  std::uint64_t landed = 0, calibrations = 0, duplicates = 0, refused = 0, done = 0, failed = 0;
  std::uint64_t visits_ended = 0, late_detectors = 0, alerts = 0, alert_files = 0;
  std::uint64_t previews_shed = 0, catalogs_published = 0, catalogs_put_off = 0, log_lines_lost = 0;
  std::size_t backlog = 0;      ///< frames that landed and are neither alerted nor failed
  std::size_t left_behind = 0;  ///< files that were refused and are still there
  double oldest_s = 0.0;        ///< age of the backlog's oldest frame
  bool overloaded = false;
  http::Histogram latency;
  std::map<std::string, std::pair<double, std::uint64_t>> steps = {};  ///< seconds, times
  std::map<std::string, std::uint64_t> bytes = {};                     ///< by kind
  std::map<std::int64_t, NightVisitState> visits = {};                 ///< the last ones
  std::deque<std::pair<double, double>> latencies = {};  ///< minutes since the start, seconds
  std::deque<NightProblem> problems = {};                ///< the last ones, newest first
  std::vector<NightPreview> previews = {};               ///< of the last visit that has any
};

class NightMonitor {
 public:
  NightMonitor(const std::filesystem::path& log, double clock_mjd, double target_s);

  void begun(const std::string& survey, const std::string& url);
  void ready(std::size_t frames, std::size_t finished);
  /// Known bodies are carried to a night before its first visit asks for them.
  void orbits_carried(std::size_t bodies, std::size_t skipped, std::size_t unperturbed,
                      double seconds);
  /// @param late  its visit was ended without it
  void landed(const NightFrame& frame, std::uint64_t bytes, bool late);
  /// A frame that an earlier run took in and did not finish.
  void taken_up(const NightFrame& frame);
  void calibration(const std::string& file);
  void duplicate(const std::string& file);
  void refused(const std::string& file, ExitCode code, const std::string& message);
  void processed(const NightFrame& frame, std::uint64_t bytes);
  void ended(const NightVisit& visit, const std::vector<NightFrame*>& first, std::uint64_t bytes);
  void previews(std::vector<NightPreview> previews);
  void previews_shed(std::int64_t visit);
  void catalogs(bool published);
  void prompt_unusable(ExitCode code, const std::string& message);
  /// The broker that tells of frames does not answer.
  void events_away(const std::string& trouble);
  void stopped(const std::string& why);
  /// The night's loop turned once more: see whether the night is late.
  void turn(std::size_t left_behind);

  [[nodiscard]] bool overloaded() const;
  [[nodiscard]] std::size_t backlog() const;
  /// Since the loop turned last [s].
  [[nodiscard]] double since_turn_s() const;
  [[nodiscard]] NightState state() const;

 private:
  using Frame = std::pair<std::int64_t, int>;
  void problem(std::string unit, ExitCode code, const std::string& message);
  void failed(const NightFrame& frame);
  [[nodiscard]] double oldest_s() const;
  NightVisitState& visit_of(const NightFrame& frame);

  mutable std::mutex lock_;
  NightLog log_;
  double clock_mjd_;
  double target_s_;
  run::Clock clock_ = run::steady_clock();
  double started_;
  double turned_;
  NightState state_;
  std::map<Frame, std::filesystem::file_time_type> backlog_;
};

}  // namespace skywright::pipelines
