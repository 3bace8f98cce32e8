/// A night that goes on with frames as they land, and tells of itself meanwhile.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "skywright/http/server.h"
#include "skywright/pipelines/failures.h"
#include "skywright/pipelines/night_book.h"
#include "skywright/pipelines/night_monitor.h"

namespace skywright::pipelines {

/// Serves and logs from its making; before `run` it is alive and not ready.
class Follower {
 public:
  /// @param prompt_problem  why the prompt database cannot be used; empty where it can
  /// @throws ConfigError where it cannot listen; StorageError for the log
  Follower(const NightRequest& request, const SurveyConfig& config,
           const std::optional<Failure>& prompt_problem);

  /// Until nothing has landed for `until_idle_s`, or a stop.
  void run(const NightTools& tools, NightBook& book, NightSummary& summary,
           const Execution& execution);

 private:
  [[nodiscard]] http::Routes routes();
  const std::string& page();

  const NightRequest& request_;
  const FollowRequest& follow_;
  const SurveyConfig& config_;
  std::string prompt_problem_;
  NightMonitor monitor_;
  std::string page_;  ///< of the server's thread
  double page_made_ = -1e9;
  std::unique_ptr<http::Server> server_;  // last, so that it ends first
};

}  // namespace skywright::pipelines
