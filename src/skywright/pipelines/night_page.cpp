#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "skywright/draw/html.h"
#include "skywright/draw/plot.h"
#include "skywright/math/statistics.h"
#include "skywright/pipelines/night_pages.h"

namespace skywright::pipelines {
namespace {

using State = draw::KeyFigure::State;

std::vector<draw::KeyFigure> key_figures(const NightState& state, double target_s) {
  std::vector<double> latency;
  for (const auto& [when, seconds] : state.latencies) latency.push_back(seconds);
  const auto seconds = [](double s) { return fmt::format("{:.1f} s", s); };
  std::vector<draw::KeyFigure> figures = {
      {fmt::format("{}", state.visits_ended), "visits ended"},
      {fmt::format("{}", state.alerts), "alerts"},
      {fmt::format("{}", state.backlog), "frames waiting",
       state.backlog > 0 ? fmt::format("the oldest for {:.0f} s", state.oldest_s) : "",
       state.overloaded ? State::bad : State::neutral},
      {fmt::format("{}", state.failed + state.refused), "failed or refused", "",
       state.failed + state.refused > 0 ? State::bad : State::good}};
  if (latency.empty()) return figures;
  const double p98 = math::quantile(latency, 0.98);
  const auto in_time =
      std::count_if(latency.begin(), latency.end(), [&](double s) { return s <= target_s; });
  figures.insert(
      figures.begin(),
      {seconds(p98), "latency, 98th percentile",
       fmt::format("median {:.1f} s, at most {:.1f} s; {:.1f} % within {:.0f} s",
                   math::median(latency), *std::max_element(latency.begin(), latency.end()),
                   100.0 * static_cast<double>(in_time) / static_cast<double>(latency.size()),
                   target_s),
       p98 <= target_s ? State::good : State::bad});
  return figures;
}

std::string latency_plot(const NightState& state, double target_s) {
  draw::Series series{.kind = draw::SeriesKind::points, .label = "one detector"};
  double highest = target_s * 1.2;
  for (const auto& [minutes, seconds] : state.latencies) {
    series.x.push_back(minutes);
    series.y.push_back(seconds);
    highest = std::max(highest, 1.1 * seconds);
  }
  draw::Plot plot;
  plot.title = "From a raw's last byte to its alerts";
  plot.x = {.label = "minutes since the night began",
            .low = 0.0,
            .high = std::max(1.0, state.up_s / 60.0)};
  plot.y = {.label = "seconds", .low = 0.0, .high = highest};
  plot.series.push_back(std::move(series));
  plot.rules.push_back(
      {.along = draw::Rule::Along::x, .at = target_s, .label = fmt::format("{:.0f} s", target_s)});
  plot.legend = draw::LegendPlace::none;
  plot.width = 900;
  plot.height = 320;
  return to_svg(plot);
}

draw::HtmlTable visit_table(const NightState& state) {
  draw::HtmlTable table{.head = {"visit", "band", "begun (UTC)", "landed", "done", "failed",
                                 "alerts", "latency [s]", ""}};
  for (auto it = state.visits.rbegin(); it != state.visits.rend(); ++it) {
    const NightVisitState& v = it->second;
    const auto utc = time::to_utc(time::Tai::from_mjd(v.begun_mjd));
    const char* note = v.ends > 1                           ? "a detector came late"
                       : v.ends == 0 && v.failed < v.landed ? "under way"
                                                            : "";
    table.rows.push_back({fmt::format("{}", it->first), v.band, time::iso_text(utc, 0),
                          fmt::format("{}", v.landed), fmt::format("{}", v.done),
                          fmt::format("{}", v.failed), fmt::format("{}", v.alerts),
                          v.ends > 0 ? fmt::format("{:.1f}", v.latency_s) : "", note});
  }
  return table;
}

draw::HtmlTable problem_table(const NightState& state) {
  draw::HtmlTable table{.head = {"when (UTC)", "what", "problem", "reason", "remedy"}};
  for (const NightProblem& p : state.problems)
    table.rows.push_back({p.time, p.unit, p.message.problem, p.message.reason, p.message.remedy});
  table.align.assign(table.head.size(), draw::Align::left);
  return table;
}

std::vector<draw::Figure> stamps_of(const NightState& state) {
  std::vector<draw::Figure> figures;
  for (const NightPreview& preview : state.previews)
    figures.push_back({draw::inline_png(preview.png, preview.caption, draw::Smoothing::pixelated),
                       preview.caption});
  return figures;
}

}  // namespace

std::string live_page(const std::string& survey, const NightState& state,
                      const std::vector<ReadyCheck>& checks, double target_s) {
  draw::Report page(
      "A night of " + survey,
      fmt::format("followed for {:.0f} min; this page loads itself again", state.up_s / 60.0));
  page.key_figures(key_figures(state, target_s));
  if (state.overloaded)
    page.paragraph(
        fmt::format("The night is late: {} frames wait, the oldest for {:.0f} s. Previews are left "
                    "out ({} visits "
                    "so far) and open catalogs put off; alerts are all sent, later.",
                    state.backlog, state.oldest_s, state.previews_shed));
  if (!state.ready) page.paragraph("Masters, templates and reference stars are being loaded.");
  for (const ReadyCheck& check : checks)
    if (!check.ok) page.paragraph(fmt::format("Missing: {}: {}.", check.name, check.detail));
  page.section("Latency");
  page.figure({.content = latency_plot(state, target_s)});
  page.section("Visits");
  page.table(visit_table(state));
  page.section("Failures");
  if (state.problems.empty())
    page.paragraph("None.");
  else
    page.table(problem_table(state));
  page.section("Last difference sources");
  page.paragraph("Science, template and difference of the most certain ones of the last visit.");
  const std::vector<draw::Figure> stamps = stamps_of(state);
  if (stamps.empty())
    page.paragraph("None yet.");
  else
    page.figures(stamps);
  return page.html();
}

}  // namespace skywright::pipelines
