#include "skywright/pipelines/follow.h"

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/pipelines/follow_run.h"
#include "skywright/pipelines/night_pages.h"
#include "skywright/pipelines/night_work.h"

namespace skywright::pipelines {

Follower::Follower(const NightRequest& request, const SurveyConfig& config,
                   const std::optional<Failure>& prompt_problem)
    : request_(request),
      follow_(*request.follow),
      config_(config),
      prompt_problem_(prompt_problem ? prompt_problem->message : ""),
      monitor_(follow_.log, request.clock_mjd, config.follow.target_s),
      server_(std::make_unique<http::Server>(follow_.listen, routes())) {
  const std::string url = server_->address().url();
  monitor_.begun(request.survey.string(), url);
  if (prompt_problem) monitor_.prompt_unusable(prompt_problem->code, prompt_problem->message);
  if (follow_.tell)
    follow_.tell(
        fmt::format("following {}, which tells of itself at {}", request.survey.string(), url));
}

http::Routes Follower::routes() {
  const auto checks = [this] {
    return ready_checks(request_.survey, config_.follow.free_gb, prompt_problem_);
  };
  return {
      {"/healthz",
       [this](const http::Request&) { return health_response(monitor_.since_turn_s()); }},
      {"/readyz",
       [this, checks](const http::Request&) { return ready_response(monitor_.state(), checks()); }},
      {"/metrics",
       [this, checks](const http::Request&) {
         return http::Response{.type = http::MetricsText::kType,
                               .body = metrics_page(monitor_.state(), checks())};
       }},
      {"/", [this](const http::Request&) {
         return http::Response{
             .type = "text/html; charset=utf-8",
             .body = page(),
             .headers = {{"Refresh", "5"},
                         {"Cache-Control", "no-store"},
                         {"Content-Security-Policy",
                          "default-src 'none'; img-src data:; style-src 'unsafe-inline'"}}};
       }}};
}

/// Made at most once a second, whoever asks.
const std::string& Follower::page() {
  const double now = run::steady_clock()();
  if (now - page_made_ < 1.0) return page_;
  page_ = live_page(config_.name, monitor_.state(),
                    ready_checks(request_.survey, config_.follow.free_gb, prompt_problem_),
                    config_.follow.target_s);
  page_made_ = now;
  return page_;
}

void Follower::run(const NightTools& tools, NightBook& book, NightSummary& summary,
                   const Execution& execution) {
  tools.inputs.preload(execution);
  book.collect(execution);
  FollowRun run(tools, request_, book, monitor_, execution);
  run::TaskGraph graph;
  run.begin(graph);
  run::RunOptions options{
      .activity = "night",
      .work = NightWork(tools.archive, tools.instrument, tools.inputs, tools.config.night),
      .crew = tools.crew,
      .longest_s = tools.config.night.longest_s,
      .feed = [&] { return run.feed(); }};
  if (config_.follow.detectors > 0) options.at_once = config_.follow.detectors;
  const run::RunReport report = graph.run(execution, options);
  run.conclude(summary);
  book.conclude(report, summary);
  monitor_.stopped(execution.stop_requested() ? "asked to stop" : "nothing landed for a while");
}

}  // namespace skywright::pipelines
