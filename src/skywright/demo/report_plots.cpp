#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "skywright/demo/report_parts.h"
#include "skywright/draw/plot.h"
#include "skywright/math/statistics.h"

namespace skywright::demo {
namespace {

using draw::Plot;
using draw::Series;
using draw::SeriesKind;

const std::vector<double> kSnrEdges = {3, 4, 5, 6, 7, 8, 10, 13, 17, 25, 50, 100, 1000};
constexpr std::size_t kLightCurves = 9;
constexpr double kMicro = 1000.0;  // nJy in a uJy

/// Share with its binomial error (Wald); a bin with nothing in it is left out.
struct Shares {
  std::vector<double> snr, share, error;
  void add(const SnrBin& bin, int good, int all) {
    if (all == 0) return;
    const double p = static_cast<double>(good) / all;
    snr.push_back(std::sqrt(bin.low * bin.high));
    share.push_back(p);
    error.push_back(std::sqrt(std::max(p * (1.0 - p), 0.25 / all) / all));
  }
  [[nodiscard]] Series series(std::string label) const {
    Series s;
    s.kind = SeriesKind::line_points;
    s.x = snr;
    s.y = share;
    s.y_error = error;
    s.label = std::move(label);
    return s;
  }
};

Plot light_curve(const std::vector<const ScoredSource*>& visits) {
  Plot plot;
  std::string kind = visits.front()->kind;
  std::replace(kind.begin(), kind.end(), '_', ' ');
  plot.title = kind;
  const double last = (visits.back()->mjd - visits.front()->mjd) * 24.0;
  plot.x = {.label = "hours since it was first on the detector",
            .low = -0.1 * last - 0.1,
            .high = 1.4 * last + 0.1};
  plot.y.label = "difference [uJy]";
  plot.width = 380;
  plot.height = 260;
  std::map<std::string, Series> truth, measured;
  for (const ScoredSource* s : visits) {
    const double hours = (s->mjd - visits.front()->mjd) * 24.0;
    Series& t = truth[s->band];
    t.x.push_back(hours);
    t.y.push_back(s->flux / kMicro);
    if (!s->recovered) continue;
    Series& m = measured[s->band];
    m.x.push_back(hours);
    m.y.push_back(s->alert_flux / kMicro);
    m.y_error.push_back(s->alert_flux_err / kMicro);
  }
  int colour = 0;
  for (auto& [band, series] : truth) {
    series.kind = SeriesKind::line;
    series.dashed = true;
    series.colour = colour;
    plot.series.push_back(series);
    Series& m = measured[band];
    m.kind = SeriesKind::points;
    m.label = band;
    m.colour = colour++;
    plot.series.push_back(m);
  }
  return plot;
}

}  // namespace

void add_light_curves(draw::Report& report, const DemoSummary& summary) {
  report.section("Light curves");
  report.paragraph(
      "Changing sources through the night: alerts with their errors, dashed the truth, by band.");
  std::map<std::int64_t, std::vector<const ScoredSource*>> sources;
  for (const ScoredSource& s : summary.score.sources) sources[s.id].push_back(&s);
  // Those whose light changes most within the night, of each kind in turn.
  std::map<std::string, std::vector<std::pair<double, std::int64_t>>> kinds;
  for (const auto& [id, visits] : sources) {
    const auto seen = std::count_if(visits.begin(), visits.end(),
                                    [](const ScoredSource* s) { return s->recovered; });
    if (seen < 3 || visits.size() < 4) continue;
    std::vector<double> fluxes;
    for (const ScoredSource* s : visits) fluxes.push_back(s->flux);
    const auto [low, high] = std::minmax_element(fluxes.begin(), fluxes.end());
    kinds[visits.front()->kind].emplace_back(-(*high - *low), id);
  }
  for (auto& [kind, list] : kinds) std::sort(list.begin(), list.end());
  std::vector<draw::Figure> figures;
  for (std::size_t rank = 0; figures.size() < kLightCurves && rank < kLightCurves; ++rank) {
    for (const auto& [kind, list] : kinds) {
      if (rank < list.size() && figures.size() < kLightCurves)
        figures.push_back({draw::to_svg(light_curve(sources[list[rank].second])), ""});
    }
  }
  report.figures(figures);
}

void add_completeness(draw::Report& report, const DemoSummary& summary) {
  report.section("Completeness and purity");
  Shares isolated, core, pure;
  draw::HtmlTable table;
  table.head = {"SNR", "isolated", "recovered", "on cores", "recovered", "alerts", "false"};
  for (const SnrBin& bin : by_snr(summary.score, kSnrEdges)) {
    isolated.add(bin, bin.isolated.recovered, bin.isolated.detectable);
    core.add(bin, bin.on_core.recovered, bin.on_core.detectable);
    pure.add(bin, bin.alerts - bin.false_alerts, bin.alerts);
    table.rows.push_back(
        {fmt::format("{:g} - {:g}", bin.low, bin.high), fmt::format("{}", bin.isolated.detectable),
         fmt::format("{}", bin.isolated.recovered), fmt::format("{}", bin.on_core.detectable),
         fmt::format("{}", bin.on_core.recovered), fmt::format("{}", bin.alerts),
         fmt::format("{}", bin.false_alerts)});
  }
  Plot completeness;
  completeness.title = "Completeness by true SNR";
  completeness.x = {.label = "true SNR in the difference", .scale = draw::AxisScale::log};
  completeness.y = {.label = "share recovered", .low = 0.0, .high = 1.05};
  completeness.series = {isolated.series("isolated"), core.series("on cores of hosts")};
  completeness.rules = {{draw::Rule::Along::y, 7.0, "detectable"}};
  completeness.legend = draw::LegendPlace::lower_right;
  Plot purity = completeness;
  purity.title = "Purity by measured SNR";
  purity.x.label = "measured SNR";
  purity.y.label = "share that is real";
  purity.series = {pure.series("alerts")};
  purity.rules = {{draw::Rule::Along::y, 6.0, "counted"}};
  report.figures({{draw::to_svg(completeness), "Error bars are binomial."},
                  {draw::to_svg(purity), "Error bars are binomial."}});
  report.table(table);
}

void add_residuals(draw::Report& report, const DemoSummary& summary) {
  report.section("Astrometry and photometry of stars");
  Series places, magnitudes;
  draw::HtmlTable table;
  table.head = {"visit",         "detector",         "band",
                "stars",         "astrometry [mas]", "zero point [mmag]",
                "scatter [mmag]"};
  for (const StarQuality& q : summary.stars) {
    places.x.insert(places.x.end(), q.offset_ra_mas.begin(), q.offset_ra_mas.end());
    places.y.insert(places.y.end(), q.offset_dec_mas.begin(), q.offset_dec_mas.end());
    magnitudes.x.insert(magnitudes.x.end(), q.magnitude.begin(), q.magnitude.end());
    magnitudes.y.insert(magnitudes.y.end(), q.magnitude_offset_mmag.begin(),
                        q.magnitude_offset_mmag.end());
    table.rows.push_back({fmt::format("{}", q.visit), fmt::format("{}", q.detector), q.band,
                          fmt::format("{}", q.stars), fmt::format("{:.1f}", q.astrometry_mas),
                          fmt::format("{:+.1f}", q.zero_point_mmag),
                          fmt::format("{:.1f}", q.scatter_mmag)});
  }
  places.kind = magnitudes.kind = SeriesKind::points;
  places.size = magnitudes.size = 1.5;
  Plot sky;
  sky.title = "Places of bright stars, measured minus true";
  sky.x = {.label = "east [mas]", .low = -40, .high = 40};
  sky.y = {.label = "north [mas]", .low = -40, .high = 40};
  sky.series = {places};
  Plot flux;
  flux.title = "Magnitudes of bright stars, measured minus true";
  flux.x = {.label = "true magnitude (AB)"};
  flux.y = {.label = "difference [mmag]", .low = -60, .high = 60};
  flux.series = {magnitudes};
  report.figures(
      {{draw::to_svg(sky), "SNR above 100, unblended."}, {draw::to_svg(flux), "The same stars."}});
  report.table(table);
}

void add_times(draw::Report& report, const DemoSummary& summary) {
  report.section("Where the time went");
  draw::HtmlTable parts;
  parts.caption = "Parts of the demo, wall time";
  parts.head = {"part", "seconds", "units", "seconds a unit"};
  for (const PartTime& p : summary.parts) {
    parts.rows.push_back({p.part, fmt::format("{:.1f}", p.seconds), fmt::format("{}", p.units),
                          fmt::format("{:.2f}", p.seconds / std::max(1, p.units))});
  }
  report.table(parts);
  std::vector<std::string> order;
  std::map<std::string, std::vector<double>> seconds;
  for (const auto& outcome : summary.exposures) {
    for (const auto& t : outcome.times) {
      if (seconds[t.step].empty()) order.push_back(t.step);
      seconds[t.step].push_back(t.seconds);
    }
  }
  draw::HtmlTable steps;
  steps.caption = "Steps of one exposure of the night, from raw to alerts";
  steps.head = {"step", "median [s]", "longest [s]"};
  for (const std::string& step : order) {
    const auto& s = seconds[step];
    steps.rows.push_back({step, fmt::format("{:.2f}", math::median(s)),
                          fmt::format("{:.2f}", *std::max_element(s.begin(), s.end()))});
  }
  report.table(steps);
}

}  // namespace skywright::demo
