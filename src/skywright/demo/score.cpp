#include "skywright/demo/score.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "skywright/io/fits.h"
#include "skywright/math/point_index.h"

namespace skywright::demo {
namespace {

constexpr double kDetectable = 7.0;
constexpr double kAlertSnr = 6.0;
constexpr double kMatchArcsec = 1.0;
constexpr double kBlendArcsec = 2.5;
constexpr double kBlendSnr = 3.0;
constexpr double kRealSnr = 2.0;

/// Places as offsets from a centre on the tangent plane's small-angle limit [arcsec]; a detector is
/// a quarter of a degree wide, over which it is right to 1e-5 of a separation.
class Plane {
 public:
  Plane(double ra, double dec) : ra_(ra), dec_(dec) {}
  [[nodiscard]] std::array<double, 2> at(double ra, double dec) const {
    double dra = ra - ra_;
    if (dra > 180.0) dra -= 360.0;
    if (dra < -180.0) dra += 360.0;
    return {dra * std::cos(dec * M_PI / 180.0) * 3600.0, (dec - dec_) * 3600.0};
  }

 private:
  double ra_, dec_;
};

bool is_masked(const image::Image<image::MaskBits>& mask, double x, double y) {
  const auto column = static_cast<int>(std::lround(x));
  const auto row = static_cast<int>(std::lround(y));
  if (!mask.box().contains(column, row)) return true;
  constexpr image::MaskBits kBad = image::kUnusable | image::bit(image::MaskPlane::edge);
  return (mask(column, row) & kBad) != 0;
}

std::vector<ScoredSource> changing_sources(const ScoreInput& input, int template_visits) {
  const table::Table& t = input.truth;
  const auto id = t.wholes("id");
  const auto kind = t.column<std::string>("kind");
  const auto ra = t.numbers("ra");
  const auto dec = t.numbers("dec");
  const auto x = t.numbers("x");
  const auto y = t.numbers("y");
  const auto flux = t.numbers("diffFlux");
  const auto snr = t.numbers("diffSnr");
  const auto host = t.wholes("hostId");
  const auto host_radius = t.numbers("hostRadius");
  const auto host_offset = t.numbers("hostOffset");
  const double noise = std::sqrt(1.0 + 1.0 / template_visits);
  const auto mask = io::read_masked_image(input.difference).image.mask;
  std::vector<ScoredSource> sources;
  for (std::size_t i = 0; i < t.rows(); ++i) {
    if (flux[i] == 0.0) continue;
    ScoredSource s;
    s.id = id[i];
    s.kind = kind[i];
    s.visit = input.visit;
    s.detector = input.detector;
    s.band = input.band;
    s.mjd = input.mjd;
    s.ra = ra[i];
    s.dec = dec[i];
    s.x = x[i];
    s.y = y[i];
    s.flux = flux[i];
    s.snr = snr[i] / noise;
    s.masked = is_masked(mask, x[i], y[i]);
    s.on_core = host[i] >= 0 && host_radius[i] > 0.0 && host_offset[i] < host_radius[i];
    s.alert_flux = std::nan("");
    sources.push_back(std::move(s));
  }
  return sources;
}

void match(std::vector<ScoredSource>& sources, const table::Table& alerts,
           const std::vector<std::size_t>& rows, Score& score) {
  const auto ra = alerts.numbers("ra");
  const auto dec = alerts.numbers("dec");
  const auto snr = alerts.numbers("snr");
  const auto flux = alerts.numbers("psfFlux");
  const auto error = alerts.numbers("psfFluxErr");
  const auto object = alerts.wholes("diaObjectId");
  const Plane plane(sources.empty() ? 0.0 : sources.front().ra,
                    sources.empty() ? 0.0 : sources.front().dec);
  std::vector<std::array<double, 2>> alert_places, source_places;
  for (const std::size_t r : rows) alert_places.push_back(plane.at(ra[r], dec[r]));
  for (const ScoredSource& s : sources) source_places.push_back(plane.at(s.ra, s.dec));
  const math::PointIndex<2> alert_index(alert_places);
  const math::PointIndex<2> source_index(source_places);
  for (std::size_t i = 0; i < sources.size(); ++i) {
    ScoredSource& s = sources[i];
    const auto near = source_index.within(source_places[i], kBlendArcsec);
    const bool blended = std::any_of(near.begin(), near.end(), [&](const math::Neighbour& n) {
      return n.index != i && sources[n.index].snr > kBlendSnr;
    });
    s.isolated = !s.on_core && !blended;
    const auto found = alert_index.within(source_places[i], kMatchArcsec);
    if (found.empty()) continue;
    const std::size_t r = rows[found.front().index];
    s.recovered = true;
    s.alert_flux = flux[r];
    s.alert_flux_err = error[r];
    s.alert_offset_arcsec = found.front().distance;
    s.object = object[r];
  }
  for (std::size_t a = 0; a < rows.size(); ++a) {
    if (!(snr[rows[a]] > kAlertSnr)) continue;
    const auto near = source_index.within(alert_places[a], kMatchArcsec);
    const bool real = std::any_of(near.begin(), near.end(), [&](const math::Neighbour& n) {
      return sources[n.index].snr > kRealSnr;
    });
    score.scored_alerts.push_back({rows[a], snr[rows[a]], real});
  }
}

void count(Score& score) {
  std::set<std::int64_t> unique;
  for (const ScoredSource& s : score.sources) {
    ++score.injected;
    unique.insert(s.id);
    if (s.masked || s.snr <= kDetectable) continue;
    const auto add = [&](Tally& tally) {
      ++tally.detectable;
      tally.recovered += s.recovered ? 1 : 0;
    };
    add(score.all);
    if (s.isolated) add(score.isolated);
    if (s.on_core) add(score.on_core);
  }
  score.unique_injected = static_cast<int>(unique.size());
  score.alerts = static_cast<int>(score.scored_alerts.size());
  score.false_alerts =
      static_cast<int>(std::count_if(score.scored_alerts.begin(), score.scored_alerts.end(),
                                     [](const auto& a) { return !a.real; }));
}

}  // namespace

Score score_night(const std::vector<ScoreInput>& inputs, const table::Table& alerts,
                  int template_visits) {
  const auto visit = alerts.wholes("visit");
  const auto detector = alerts.wholes("detector");
  Score score;
  for (const ScoreInput& input : inputs) {
    std::vector<ScoredSource> sources = changing_sources(input, template_visits);
    std::vector<std::size_t> rows;
    for (std::size_t r = 0; r < visit.size(); ++r) {
      if (visit[r] == input.visit && detector[r] == input.detector) rows.push_back(r);
    }
    match(sources, alerts, rows, score);
    std::move(sources.begin(), sources.end(), std::back_inserter(score.sources));
  }
  count(score);
  return score;
}

std::vector<SnrBin> by_snr(const Score& score, const std::vector<double>& edges) {
  std::vector<SnrBin> bins;
  for (std::size_t b = 0; b + 1 < edges.size(); ++b) {
    SnrBin bin;
    bin.low = edges[b];
    bin.high = edges[b + 1];
    for (const ScoredSource& s : score.sources) {
      if (s.masked || s.snr < bin.low || s.snr >= bin.high) continue;
      if (s.isolated) {
        ++bin.isolated.detectable;
        bin.isolated.recovered += s.recovered ? 1 : 0;
      }
      if (s.on_core) {
        ++bin.on_core.detectable;
        bin.on_core.recovered += s.recovered ? 1 : 0;
      }
    }
    for (const ScoredAlert& a : score.scored_alerts) {
      if (a.snr < bin.low || a.snr >= bin.high) continue;
      ++bin.alerts;
      bin.false_alerts += a.real ? 0 : 1;
    }
    bins.push_back(bin);
  }
  return bins;
}

}  // namespace skywright::demo
