#include "skywright/demo/report.h"

#include <cmath>

#include <fmt/format.h>

#include "skywright/config/toml_config.h"
#include "skywright/demo/report_parts.h"

namespace skywright::demo {
namespace {

using draw::KeyFigure;

KeyFigure::State judged(bool good) { return good ? KeyFigure::State::good : KeyFigure::State::bad; }

std::string percent(double share) { return fmt::format("{:.1f} %", 100.0 * share); }

void add_headline(draw::Report& report, const DemoSummary& s) {
  const Score& score = s.score;
  report.key_figures({
      {percent(score.isolated.share()), "of isolated changes recovered",
       fmt::format("{} of {} detectable; asked for: 97 %", score.isolated.recovered,
                   score.isolated.detectable),
       judged(score.isolated.share() >= 0.97)},
      {percent(score.on_core.share()), "recovered on cores of hosts",
       fmt::format("{} of {}; asked for: 90 %", score.on_core.recovered, score.on_core.detectable),
       judged(score.on_core.share() >= 0.90)},
      {percent(score.purity()), "of alerts above SNR 6 are real",
       fmt::format("{} of {} are false; asked for: 95 %", score.false_alerts, score.alerts),
       judged(score.purity() >= 0.95)},
      {fmt::format("{:.1f} mas", s.quality.astrometry_mas), "rms of bright stars",
       "per coordinate about the truth; asked for: 20", judged(s.quality.astrometry_mas <= 20.0)},
      {fmt::format("{:.1f} mmag", s.quality.zero_point_mmag), "error of the zero point",
       "rms over exposures; asked for: 10", judged(s.quality.zero_point_mmag <= 10.0)},
      {fmt::format("{:.0f} s", s.elapsed_s), "for all of it",
       fmt::format("{:.0f} MiB at most; asked for: 240 s, 4096 MiB", s.peak_mib),
       judged(s.elapsed_s <= 240.0 && s.peak_mib <= 4096.0)},
  });
}

void add_definitions(draw::Report& report) {
  report.section("What the figures mean");
  report.paragraph(
      "Everything is counted per source and visit. A change is detectable where its true signal-to-"
      "noise ratio in the difference is above 7 and no masked pixel lies under it; the true ratio "
      "counts the noise of the exposure and of the template. It is recovered where an alert lies "
      "within 1 arcsec in that visit. On a core means within one half-light radius of its host's "
      "centre; isolated means neither that nor within 2.5 arcsec of another change above 3 sigma. "
      "An "
      "alert is false where its measured ratio is above 6 and no change above 2 sigma lies within "
      "1 arcsec.");
  report.paragraph(
      "The reduction saw raw frames and a reference catalog with errors of its own, nothing else: "
      "masters and templates come from simulated raw frames through the same steps as the night. "
      "The "
      "truth was opened when the night was over.");
}

}  // namespace

std::string report_html(const DemoRequest& request, const DemoSummary& summary,
                        const std::vector<ReportInput>& inputs) {
  draw::Report report(
      "A night, from the sky to alerts",
      fmt::format("{} visits of {} detectors of {}, seed {}; {} sources that change, {} alerts",
                  summary.visits, request.config.detectors.size(), request.config.instrument,
                  request.seed, summary.score.unique_injected, summary.alerts.rows()));
  report.section("In short");
  add_headline(report, summary);
  add_images(report, request, inputs);
  add_stamps(report, request, summary);
  add_light_curves(report, summary);
  add_completeness(report, summary);
  add_residuals(report, summary);
  add_times(report, summary);
  add_definitions(report);
  report.details("Settings of the simulation",
                 "<pre>" + draw::escape_html(config::to_toml(request.config)) + "</pre>");
  return report.html();
}

}  // namespace skywright::demo
