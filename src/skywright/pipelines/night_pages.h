/// What the server of a night that is followed answers.
#pragma once

#include <string>
#include <vector>

#include "skywright/http/message.h"
#include "skywright/pipelines/night_monitor.h"

namespace skywright::pipelines {

/// One thing that a night needs before it can send alerts.
struct ReadyCheck {
  std::string name;
  bool ok = false;
  std::string detail;
};

/// Masters, templates, reference stars, the prompt database and room on the disk.
/// @param prompt_problem  why the prompt database cannot be used; empty where it can
std::vector<ReadyCheck> ready_checks(const std::filesystem::path& survey, double free_gb,
                                     const std::string& prompt_problem);

/// 200 where the night's loop turns, else 503.
http::Response health_response(double since_turn_s);
/// 200 where all is there, else 503; the body lists what is not.
http::Response ready_response(const NightState& state, const std::vector<ReadyCheck>& checks);
/// Prometheus' text format; docs/guides/following.md lists the names.
std::string metrics_page(const NightState& state, const std::vector<ReadyCheck>& checks);
/// One HTML file that needs nothing else.
std::string live_page(const std::string& survey, const NightState& state,
                      const std::vector<ReadyCheck>& checks, double target_s);

}  // namespace skywright::pipelines
