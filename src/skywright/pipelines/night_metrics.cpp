#include "skywright/pipelines/night_pages.h"

namespace skywright::pipelines {

std::string metrics_page(const NightState& state, const std::vector<ReadyCheck>& checks) {
  http::MetricsText text;
  const auto counter = [&](const char* name, const char* help, std::uint64_t value) {
    text.counter(name, help, {{.value = static_cast<double>(value)}});
  };
  const auto gauge = [&](const char* name, const char* help, double value) {
    text.gauge(name, help, {{.value = value}});
  };
  counter("skywright_raws_landed_total", "Raw science frames taken in.", state.landed);
  counter("skywright_raws_refused_total", "Files in incoming/ that were refused.", state.refused);
  counter("skywright_raws_duplicate_total", "Frames that the survey held already.",
          state.duplicates);
  counter("skywright_calibration_frames_total", "Calibration frames taken in.", state.calibrations);
  counter("skywright_exposures_done_total", "Exposures processed.", state.done);
  counter("skywright_exposures_failed_total", "Exposures that could not be processed or alerted.",
          state.failed);
  counter("skywright_visits_ended_total", "Visits associated and alerted.", state.visits_ended);
  counter("skywright_late_detectors_total", "Frames that came after their visit was ended.",
          state.late_detectors);
  counter("skywright_alerts_total", "Alert packets published.", state.alerts);
  counter("skywright_alert_files_total", "Alert files published.", state.alert_files);
  counter("skywright_previews_shed_total", "Visits without previews because the night was late.",
          state.previews_shed);
  counter("skywright_catalogs_published_total", "Times that the open catalogs were written.",
          state.catalogs_published);
  counter("skywright_catalogs_put_off_total", "Times that frames came first.",
          state.catalogs_put_off);
  counter("skywright_log_lines_lost_total", "Log lines that could not be written.",
          state.log_lines_lost);
  gauge("skywright_backlog_exposures", "Frames that are neither alerted nor failed.",
        static_cast<double>(state.backlog));
  gauge("skywright_backlog_oldest_seconds", "Age of the oldest of them.", state.oldest_s);
  gauge("skywright_incoming_refused_files", "Files in incoming/ that wait for a person.",
        static_cast<double>(state.left_behind));
  gauge("skywright_overloaded", "1 while the oldest frame is older than it should be.",
        state.overloaded ? 1.0 : 0.0);
  gauge("skywright_uptime_seconds", "Since the night began to follow.", state.up_s);
  std::vector<http::Sample> ready = {{{{"check", "loaded"}}, state.ready ? 1.0 : 0.0}};
  for (const ReadyCheck& check : checks)
    ready.push_back({{{"check", check.name}}, check.ok ? 1.0 : 0.0});
  text.gauge("skywright_ready", "1 where what the night needs is there.", ready);
  text.histogram("skywright_latency_seconds", "From a raw's last byte to its synced alerts.",
                 state.latency);
  std::vector<http::MetricsText::Sum> steps;
  for (const auto& [step, times] : state.steps)
    steps.push_back({{{"step", step}}, times.first, times.second});
  text.summary("skywright_step_seconds", "Seconds that the steps of exposures took.", steps);
  std::vector<http::Sample> bytes;
  for (const auto& [kind, count] : state.bytes)
    bytes.push_back({{{"kind", kind}}, static_cast<double>(count)});
  text.counter("skywright_bytes_total", "Bytes of raws taken in, of products and alerts published.",
               bytes);
  return text.take();
}

}  // namespace skywright::pipelines
