/// The loop of a night that is followed: takes frames in as they land and makes tasks of them.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "skywright/pipelines/failures.h"
#include "skywright/pipelines/frame_events.h"
#include "skywright/pipelines/incoming.h"
#include "skywright/pipelines/night_book.h"
#include "skywright/pipelines/night_monitor.h"
#include "skywright/pipelines/visit_gate.h"

namespace skywright::pipelines {

class FollowRun {
 public:
  /// All outlive it. @param book  with what the survey holds already
  FollowRun(const NightTools& tools, const NightRequest& request, NightBook& book,
            NightMonitor& monitor, const Execution& execution);

  /// The tasks of frames that earlier runs left.
  void begin(run::TaskGraph& graph);
  /// What has landed since, and visits that are complete.
  run::Feed feed();
  /// After the run.
  void conclude(NightSummary& summary) const;

 private:
  void take(const LandedFrame& file, std::vector<run::Task>& tasks);
  void take_events(std::vector<run::Task>& tasks);
  void end_visits(std::vector<run::Task>& tasks);
  run::Task end_task(NightVisit& visit);
  void note_processed(const NightFrame& frame);
  void note_ended(const NightVisit& visit, const std::vector<NightFrame*>& first);
  /// failures.json is this thread's alone.
  void write_failures();
  void publish_catalogs();
  /// While no visit ends: nobody else may ask for orbits meanwhile.
  void carry_orbits(double mjd_tai);
  [[nodiscard]] bool nothing_is_left() const;

  NightTools tools_;
  const NightRequest& request_;
  NightBook& book_;
  NightMonitor& monitor_;
  const Execution& execution_;
  Incoming incoming_;
  std::optional<FrameEvents> events_;  ///< where survey.toml names a topic
  VisitGate gate_;
  run::Clock clock_ = run::steady_clock();
  std::set<std::string> tasks_;                 ///< ids of frames that have one
  std::size_t ends_ = 0;                        ///< visits' ends that were asked for
  std::map<std::string, std::string> refused_;  ///< files that are still there, why
  std::vector<std::string> refused_events_;     ///< why, of frames beside incoming/
  int ingested_ = 0;
  double idle_since_;
  bool catalogs_are_old_ = true;
  std::optional<double> carried_noon_;  ///< of the night that orbits were carried to ahead of it

  mutable std::mutex lock_;  ///< of what the tasks tell
  std::vector<Failure> failed_;
  std::vector<std::string> done_;
  std::set<std::string> known_failures_;
  std::size_t told_ = 0;   ///< tasks that told how they ended
  std::size_t asked_ = 0;  ///< tasks that were given out
};

}  // namespace skywright::pipelines
