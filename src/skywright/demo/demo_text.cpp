#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "skywright/config/json_text.h"
#include "skywright/demo/demo.h"
#include "skywright/math/statistics.h"

namespace skywright::demo {
namespace {

struct Latency {
  double p50 = 0.0, p98 = 0.0, max = 0.0;
};

Latency latency_of(const DemoSummary& summary) {
  std::vector<double> values;
  for (const auto& o : summary.exposures) {
    if (std::isfinite(o.latency_s)) values.push_back(o.latency_s);
  }
  if (values.empty()) return {};
  return {math::quantile(values, 0.5), math::quantile(values, 0.98),
          *std::max_element(values.begin(), values.end())};
}

}  // namespace

std::string demo_text(const DemoSummary& s) {
  const Latency latency = latency_of(s);
  return fmt::format(
      "{} visits, {} CCDs, {} changing sources ({} with each visit counted)\n"
      "recovered: {} of {} isolated ({:.1f} %), {} of {} on cores of hosts ({:.1f} %)\n"
      "alerts above SNR 6: {}, of which {} false ({:.1f} % pure)\n"
      "bright stars: {:.1f} mas rms a coordinate, zero point {:.1f} mmag\n"
      "latency: {:.1f} s median, {:.1f} s at most\n"
      "{:.0f} s, {:.0f} MiB\n"
      "report: {}\n",
      s.visits, s.ccds, s.score.unique_injected, s.score.injected, s.score.isolated.recovered,
      s.score.isolated.detectable, 100.0 * s.score.isolated.share(), s.score.on_core.recovered,
      s.score.on_core.detectable, 100.0 * s.score.on_core.share(), s.score.alerts,
      s.score.false_alerts, 100.0 * s.score.purity(), s.quality.astrometry_mas,
      s.quality.zero_point_mmag, latency.p50, latency.max, s.elapsed_s, s.peak_mib,
      s.report.string());
}

std::string demo_json(const DemoSummary& s) {
  const Latency latency = latency_of(s);
  const auto tally = [](const Tally& t) {
    return nlohmann::ordered_json{{"detectable", t.detectable}, {"recovered", t.recovered}};
  };
  nlohmann::ordered_json json;
  json["visits"] = s.visits;
  json["ccds"] = s.ccds;
  json["injected"] = s.score.injected;
  json["unique_injected"] = s.score.unique_injected;
  json["detectable"] = s.score.all.detectable;
  json["recovered"] = s.score.all.recovered;
  json["isolated"] = tally(s.score.isolated);
  json["on_core"] = tally(s.score.on_core);
  json["alerts"] = s.score.alerts;
  json["false_alerts"] = s.score.false_alerts;
  json["astrometry_mas"] = s.quality.astrometry_mas;
  json["zero_point_mmag"] = s.quality.zero_point_mmag;
  json["latency_s"] = {{"p50", latency.p50}, {"p98", latency.p98}, {"max", latency.max}};
  json["elapsed_s"] = s.elapsed_s;
  json["peak_mib"] = s.peak_mib;
  json["code"] = static_cast<int>(s.code);
  json["report"] = s.report.string();
  for (const PartTime& p : s.parts) json["seconds"][p.part] = p.seconds;
  return config::json_text(json);
}

}  // namespace skywright::demo
