#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "skywright/config/json_text.h"
#include "skywright/math/statistics.h"
#include "skywright/pipelines/night.h"

namespace skywright::pipelines {
namespace {

std::vector<double> latencies(const NightSummary& summary) {
  std::vector<double> values;
  for (const ExposureOutcome& o : summary.exposures) {
    if (std::isfinite(o.latency_s)) values.push_back(o.latency_s);
  }
  return values;
}

/// Median seconds of each step, in the order in which steps first appear.
std::vector<StepTime> median_times(const NightSummary& summary) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<double>> seconds;
  for (const ExposureOutcome& o : summary.exposures) {
    for (const StepTime& t : o.times) {
      if (seconds[t.step].empty()) order.push_back(t.step);
      seconds[t.step].push_back(t.seconds);
    }
  }
  std::vector<StepTime> medians;
  for (const std::string& step : order) medians.push_back({step, math::median(seconds[step])});
  return medians;
}

/// The first names, and how many more.
std::string few(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 3;
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kShown; ++i)
    text += (i > 0 ? ", " : "") + names[i];
  return names.size() > kShown ? fmt::format("{} and {} more", text, names.size() - kShown) : text;
}

}  // namespace

std::string night_text(const NightSummary& summary) {
  const auto count = [&](auto&& holds) {
    return std::count_if(summary.exposures.begin(), summary.exposures.end(), holds);
  };
  const auto done = count([](const auto& o) { return o.was_done; });
  const auto failed = count([](const auto& o) { return o.code != ExitCode::complete; });
  std::string text = fmt::format(
      "{} visits, {} exposures: {} were done before, {} failed\n"
      "{} difference sources, {} new objects, {} forced measurements, {} alert files\n",
      summary.visits, summary.exposures.size(), done, failed, summary.dia_sources,
      summary.new_objects, summary.forced_sources, summary.alert_files);
  for (const StreamCount& s : summary.streams)
    text += fmt::format("stream {}: {} of {} alerts\n", s.name, s.kept, s.seen);
  if (summary.sent)
    text += fmt::format("Kafka: {} alerts acknowledged, {} were before\n",
                        summary.sent->acknowledged, summary.sent->earlier);
  for (const StepTime& t : median_times(summary))
    text += fmt::format("  {:<22} {:7.2f} s (median of an exposure)\n", t.step, t.seconds);
  for (const ExposureOutcome& o : summary.exposures) {
    if (o.code != ExitCode::complete)
      text += fmt::format("visit {} detector {}: {}\n", o.visit, o.detector, o.message);
  }
  for (const MissingMaster& m : summary.missing_masters)
    text += fmt::format(
        "warning: no master {}{} for {}: frames were processed without; make it "
        "with `skywright calib`\n",
        m.kind, m.band.empty() ? "" : " in " + m.band, few(m.detectors));
  if (summary.lost_leases > 0)
    text += fmt::format("{} exposures were taken back from ranks that fell silent\n",
                        summary.lost_leases);
  if (summary.overdue > 0)
    text += fmt::format("{} exposures were taken back from ranks that did not end them\n",
                        summary.overdue);
  for (const std::string& warning : summary.warnings) text += fmt::format("warning: {}\n", warning);
  if (summary.stopped) text += "stopped: run the same command again to go on\n";
  return text;
}

std::string night_json(const NightSummary& summary) {
  nlohmann::ordered_json json;
  json["code"] = static_cast<int>(summary.code);
  json["stopped"] = summary.stopped;
  json["ranks"] = summary.ranks;
  json["lost_leases"] = summary.lost_leases;
  json["overdue"] = summary.overdue;
  json["visits"] = summary.visits;
  json["ingested"] = summary.ingested;
  json["rejected"] = summary.rejected;
  json["dia_sources"] = summary.dia_sources;
  json["new_objects"] = summary.new_objects;
  json["forced_sources"] = summary.forced_sources;
  json["alert_files"] = summary.alert_files;
  const std::vector<double> late = latencies(summary);
  if (!late.empty()) {
    json["latency_s"] = {{"p50", math::quantile(late, 0.5)},
                         {"p98", math::quantile(late, 0.98)},
                         {"max", *std::max_element(late.begin(), late.end())}};
  }
  json["exposures"] = nlohmann::json::array();
  for (const ExposureOutcome& o : summary.exposures) {
    nlohmann::ordered_json one;
    one["visit"] = o.visit;
    one["detector"] = o.detector;
    one["band"] = o.band;
    one["code"] = static_cast<int>(o.code);
    if (!o.message.empty()) one["message"] = o.message;
    one["was_done"] = o.was_done;
    one["sources"] = o.sources;
    one["dia_sources"] = o.dia_sources;
    if (std::isfinite(o.latency_s)) one["latency_s"] = o.latency_s;
    for (const StepTime& t : o.times) {
      one["seconds"][t.step] = t.seconds;
      if (std::isfinite(t.cpu_seconds)) one["cpu_seconds"][t.step] = t.cpu_seconds;
    }
    json["exposures"].push_back(std::move(one));
  }
  for (const StreamCount& s : summary.streams)
    json["streams"][s.name] = {{"seen", s.seen}, {"kept", s.kept}};
  if (summary.sent)
    json["sent"] = {{"acknowledged", summary.sent->acknowledged},
                    {"earlier", summary.sent->earlier},
                    {"waiting", summary.sent->waiting},
                    {"files_waiting", summary.sent->files_waiting},
                    {"trouble", summary.sent->trouble}};
  json["missing_masters"] = nlohmann::json::array();
  for (const MissingMaster& m : summary.missing_masters) {
    nlohmann::ordered_json one;
    one["kind"] = m.kind;
    if (!m.band.empty()) one["band"] = m.band;
    one["detectors"] = m.detectors;
    json["missing_masters"].push_back(std::move(one));
  }
  json["warnings"] = summary.warnings;
  return config::json_text(json);
}

}  // namespace skywright::pipelines
