#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include <fmt/format.h>

#include "skywright/metrics/cadence.h"
#include "skywright/metrics/detail/metric_list.h"
#include "skywright/sphere/healpix.h"

namespace skywright::metrics::detail {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Finite values of some pixels; counts of zero are left out unless `zeros` keeps them.
enum class Zeros { keep, leave_out };

template <class T>
double median_over(const std::vector<T>& map, std::span<const std::uint32_t> pixels, Zeros zeros) {
  std::vector<double> values;
  if (map.empty()) return kNone;
  for (const std::uint32_t p : pixels) {
    const auto v = static_cast<double>(map[p]);
    if (std::isfinite(v) && (zeros == Zeros::keep || v != 0.0)) values.push_back(v);
  }
  return median_of(values);
}

double mean_over(const std::vector<float>& map, std::span<const std::uint32_t> pixels) {
  double sum = 0.0;
  std::size_t count = 0;
  if (map.empty()) return kNone;
  for (const std::uint32_t p : pixels)
    if (std::isfinite(map[p])) {
      sum += map[p];
      ++count;
    }
  return count == 0 ? kNone : sum / static_cast<double>(count);
}

double area_with(const SkyMaps& maps, int visits) {
  const auto enough =
      std::count_if(maps.full_visits.begin(), maps.full_visits.end(),
                    [&](std::uint32_t n) { return n >= static_cast<std::uint32_t>(visits); });
  return static_cast<double>(enough) * pixel_area_deg2(maps.order);
}

/// The sky as the metrics divide it.
struct Places {
  std::vector<std::uint32_t> seen;  ///< pixels with a visit
  std::vector<std::uint32_t> wide;  ///< the best 18,000 deg2
};

void add_areas(const SkyMaps& maps, const Places& places, const MetricsConfig& c,
               MetricList& list) {
  list.add("area_seen", static_cast<double>(places.seen.size()) * pixel_area_deg2(maps.order),
           "deg2", "area of the HEALPix pixels with a visit");
  for (const auto& [name, visits] : {std::pair{"area_design_visits", c.visits_design},
                                     std::pair{"area_minimum_visits", c.visits_minimum}})
    list.add(name, area_with(maps, visits), "deg2",
             fmt::format("area of the HEALPix pixels with at least {} visits, counted by exposure "
                         "time in units of {:g} s without those below {:g} s; MAF fOArea of "
                         "CountExplimMetric",
                         visits, c.visit_seconds, c.short_seconds));
  list.add(
      "visits_wide_median", median_over(maps.full_visits, places.wide, Zeros::keep), "",
      fmt::format("median of these visits over the best {:g} deg2; MAF fONv", c.wide_area_deg2));
  list.add(
      "visits_wide_min", maps.full_visits[places.wide.back()], "",
      fmt::format("fewest of these visits over the best {:g} deg2; MAF fONv", c.wide_area_deg2));
}

void add_depths(const SkyMaps& maps, const Places& places, MetricList& list) {
  const auto each = [&](std::string_view name, const auto& band_maps, std::string_view unit,
                        std::span<const std::uint32_t> pixels, Zeros zeros, std::string_view what) {
    for (std::size_t b = 0; b < kBands && !band_maps[b].empty(); ++b)
      list.add(fmt::format("{}_{}", name, kBandNames[b]), median_over(band_maps[b], pixels, zeros),
               unit, fmt::format("{}, {} band", what, kBandNames[b]));
  };
  each("visits", maps.band_visits, "", places.seen, Zeros::leave_out,
       "median over HEALPix pixels with a visit in the band of the number of visits");
  each("visits_wide", maps.band_visits, "", places.wide, Zeros::keep,
       "median over the best area of the number of visits");
  each("visit_depth", maps.visit_depth, "mag", places.seen, Zeros::leave_out,
       "median over HEALPix pixels of the median five-sigma depth of a visit");
  each("coadded_depth", maps.coadded_depth, "mag", places.seen, Zeros::leave_out,
       "median over HEALPix pixels of 1.25 log10 sum 10^(0.8 m5), the depth of all visits "
       "together; MAF Coaddm5Metric");
  each("coadded_depth_wide", maps.coadded_depth, "mag", places.wide, Zeros::leave_out,
       "median over the best area of the depth of all visits together");
  if (!maps.airmass.empty())
    list.add("airmass_pixels_median", median_over(maps.airmass, places.seen, Zeros::keep), "",
             "median over HEALPix pixels of the median airmass");
}

void add_rhythm(const SkyMaps& maps, const Places& places, MetricList& list) {
  list.add("pair_nights_fraction", mean_over(maps.pair_fraction, places.seen), "",
           "mean over HEALPix pixels of the part of their nights with two visits 15 to 60 min "
           "apart");
  list.add("gap_within_night", median_over(maps.within_night_hours, places.wide, Zeros::keep), "h",
           "median over the best area of the median gap between visits of one night; MAF "
           "IntraNightGapsMetric");
  list.add("gap_between_nights", median_over(maps.between_nights_days, places.wide, Zeros::keep),
           "d",
           "median over the best area of the median gap from a night's last visit to the next "
           "night's first, any band; MAF InterNightGapsMetric");
  for (std::size_t b = 0; b < kBands; ++b)
    list.add(fmt::format("gap_between_nights_{}", kBandNames[b]),
             median_over(maps.same_band_days[b], places.wide, Zeros::keep), "d",
             fmt::format("the same among visits in {}", kBandNames[b]));
  const auto rapid =
      static_cast<double>(std::count(maps.rapid_revisits.begin(), maps.rapid_revisits.end(), 1));
  list.add("rapid_revisit_area", rapid * pixel_area_deg2(maps.order), "deg2",
           "area with at least 28 gaps of 40 s to 20 min and 82 of 40 s to 30 min (SRD RVA1: 2000 "
           "deg2); MAF RapidRevisitMetric");
  list.add("season_length", median_over(maps.season_days, places.wide, Zeros::keep), "d",
           "median over the best area of the median time from first to last visit between the "
           "Sun's passages; MAF SeasonLengthMetric");
}

void add_astrometry(const SkyMaps& maps, const Places& places, const MetricsConfig& c,
                    MetricList& list) {
  if (maps.parallax_mas.empty()) return;
  list.add("parallax_error", median_over(maps.parallax_mas, places.wide, Zeros::keep), "mas",
           fmt::format("median over the best area of the parallax's error of a star of {:g} mag in "
                       "every band, {:g} arcsec the least error of a place; MAF ParallaxMetric",
                       c.star_magnitude, c.place_floor_arcsec));
  list.add("proper_motion_error", median_over(maps.proper_motion_mas, places.wide, Zeros::keep),
           "mas/yr",
           "median over the best area of the same star's error of proper motion in one "
           "coordinate; MAF ProperMotionMetric");
}

void add_transients(const SurveyMetrics& survey, const Places& places, MetricList& list) {
  for (std::size_t t = 0; t < survey.maps.found.size(); ++t) {
    const TransientClass& kind = survey.transients[t];
    list.add(fmt::format("found_{}", kind.name), mean_over(survey.maps.found[t], places.wide), "",
             fmt::format("mean over the best area of the part found of events one after another, "
                         "with at least {} detections {:.2f} h apart in {} bands, {} before the "
                         "peak: {}",
                         kind.min_epochs, kind.epoch_gap_days * 24.0, kind.min_bands,
                         kind.min_before_peak, kind.source));
  }
}

void add_shares(const SurveyMetrics& survey, const Places& places, MetricList& list) {
  const Observations& o = survey.observations;
  if (o.deep.empty() || o.size() == 0) return;
  std::vector<std::uint8_t> inside(survey.maps.pixels(), 0);
  for (const std::uint32_t p : places.wide) inside[p] = 1;
  std::vector<std::int64_t> pixel(o.size());
  sphere::healpix::pixels_at(o.ra, o.dec, survey.maps.order, pixel);
  std::size_t deep = 0;
  std::size_t wide = 0;
  for (std::size_t i = 0; i < o.size(); ++i) {
    deep += o.deep[i];
    if (o.deep[i] == 0) wide += inside[static_cast<std::size_t>(pixel[i])];
  }
  const auto all = static_cast<double>(o.size());
  list.add("deep_drilling_share", static_cast<double>(deep) / all, "",
           "part of the visits whose scheduler_note or target_name is a deep-drilling field's");
  list.add("wide_share", static_cast<double>(wide) / all, "",
           "part of the visits whose field's centre lies in the best area and that are not deep "
           "drilling");
}

}  // namespace

void add_sky_metrics(const SurveyMetrics& survey, const MetricsConfig& config, MetricList& list) {
  const SkyMaps& maps = survey.maps;
  Places places;
  places.wide = best_pixels(maps, config.wide_area_deg2);
  for (std::uint32_t p = 0; p < maps.pixels(); ++p)
    if (maps.visits[p] > 0) places.seen.push_back(p);
  add_areas(maps, places, config, list);
  add_depths(maps, places, list);
  add_rhythm(maps, places, list);
  add_astrometry(maps, places, config, list);
  add_transients(survey, places, list);
  add_shares(survey, places, list);
}

}  // namespace skywright::metrics::detail
