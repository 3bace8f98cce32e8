#include "skywright/demo/quality.h"

#include <array>
#include <cmath>

#include "skywright/math/point_index.h"
#include "skywright/math/statistics.h"

namespace skywright::demo {
namespace {

constexpr double kBrightSnr = 100.0;
constexpr double kMatchArcsec = 0.5;
constexpr double kAloneArcsec = 4.0;   // no other object this near that could pull a centroid ...
constexpr double kAloneShare = 0.002;  // ... with more than this share of the star's flux
constexpr double kMilli = 1000.0;

/// Offsets from the first object, small-angle [arcsec].
std::vector<std::array<double, 2>> places(const std::vector<double>& ra,
                                          const std::vector<double>& dec, double ra0, double dec0) {
  std::vector<std::array<double, 2>> out;
  for (std::size_t i = 0; i < ra.size(); ++i) {
    out.push_back(
        {(ra[i] - ra0) * std::cos(dec[i] * M_PI / 180.0) * 3600.0, (dec[i] - dec0) * 3600.0});
  }
  return out;
}

std::vector<std::size_t> clean_sources(const table::Table& sources) {
  std::vector<std::size_t> rows;
  const auto saturated = sources.flags("pixelFlags_saturated");
  const auto edge = sources.flags("pixelFlags_edge");
  const auto bad = sources.flags("pixelFlags_bad");
  const auto cosmic = sources.flags("pixelFlags_cr");
  const auto blended = sources.flags("deblend_blended");
  for (std::size_t i = 0; i < sources.rows(); ++i) {
    if (!(saturated[i] || edge[i] || bad[i] || cosmic[i] || blended[i])) rows.push_back(i);
  }
  return rows;
}

}  // namespace

StarQuality star_quality(const table::Table& truth, const table::Table& sources) {
  StarQuality q;
  const auto ra = truth.numbers("ra");
  const auto dec = truth.numbers("dec");
  const auto kind = truth.column<std::string>("kind");
  const auto snr = truth.numbers("snr");
  const auto flux = truth.numbers("flux");
  if (ra.empty() || sources.rows() == 0) return q;
  const auto rows = clean_sources(sources);
  const auto source_ra = sources.numbers("ra");
  const auto source_dec = sources.numbers("dec");
  const auto source_flux = sources.numbers("psfFlux");
  std::vector<double> clean_ra, clean_dec;
  for (const std::size_t r : rows) {
    clean_ra.push_back(source_ra[r]);
    clean_dec.push_back(source_dec[r]);
  }
  const auto truth_places = places(ra, dec, ra[0], dec[0]);
  const math::PointIndex<2> objects(truth_places);
  const math::PointIndex<2> found(places(clean_ra, clean_dec, ra[0], dec[0]));
  for (std::size_t i = 0; i < ra.size(); ++i) {
    if (kind[i] != "star" || !(snr[i] > kBrightSnr)) continue;
    bool alone = true;
    for (const math::Neighbour& n : objects.within(truth_places[i], kAloneArcsec))
      alone = alone && (n.index == i || flux[n.index] < kAloneShare * flux[i]);
    const auto near = found.within(truth_places[i], kMatchArcsec);
    if (!alone || near.empty()) continue;
    const std::size_t r = rows[near.front().index];
    if (!(source_flux[r] > 0.0)) continue;
    q.offset_ra_mas.push_back((source_ra[r] - ra[i]) * std::cos(dec[i] * M_PI / 180.0) * 3.6e6);
    q.offset_dec_mas.push_back((source_dec[r] - dec[i]) * 3.6e6);
    q.magnitude.push_back(31.4 - 2.5 * std::log10(flux[i]));
    q.magnitude_offset_mmag.push_back(-2.5 * std::log10(source_flux[r] / flux[i]) * kMilli);
  }
  q.stars = static_cast<int>(q.magnitude.size());
  if (q.stars == 0) return q;
  double squares = 0.0;
  for (std::size_t i = 0; i < q.offset_ra_mas.size(); ++i)
    squares += q.offset_ra_mas[i] * q.offset_ra_mas[i] + q.offset_dec_mas[i] * q.offset_dec_mas[i];
  q.astrometry_mas = std::sqrt(squares / (2.0 * q.stars));
  q.zero_point_mmag = math::median(q.magnitude_offset_mmag);
  q.scatter_mmag = math::mad_sigma(q.magnitude_offset_mmag);
  return q;
}

NightQuality night_quality(const std::vector<StarQuality>& exposures) {
  double squares = 0.0;
  double zero = 0.0;
  int stars = 0;
  int counted = 0;
  for (const StarQuality& q : exposures) {
    if (q.stars == 0) continue;
    squares += q.astrometry_mas * q.astrometry_mas * q.stars;
    stars += q.stars;
    zero += q.zero_point_mmag * q.zero_point_mmag;
    ++counted;
  }
  if (counted == 0) return {std::nan(""), std::nan("")};
  return {std::sqrt(squares / stars), std::sqrt(zero / counted)};
}

}  // namespace skywright::demo
