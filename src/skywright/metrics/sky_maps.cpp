#include "skywright/metrics/sky_maps.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "skywright/metrics/astrometry.h"
#include "skywright/metrics/cadence.h"
#include "skywright/sphere/healpix.h"

namespace skywright::metrics {
namespace {

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
constexpr std::size_t kChunk = 128;  // pixels

// SRD table 25 (RVA1), as MAF's RapidRevisitMetric reads it: so many gaps up to 20 and to 30 min.
constexpr std::uint32_t kRapidShortGaps = 28;
constexpr std::uint32_t kRapidLongGaps = 82;

/// What the visits give every pixel, made once.
struct VisitFacts {
  std::vector<std::uint8_t> full;  ///< how many full visits this one counts for
  std::vector<double> light;       ///< 10^(0.8 m5)
  std::vector<float> errors;       ///< of the star's place [arcsec]
  EarthPlaces earth;
  std::vector<SeenAges> ages;  ///< one a class of transients
};

VisitFacts facts_of(const Observations& o, const std::vector<TransientClass>& transients,
                    const MetricsConfig& config) {
  VisitFacts facts;
  facts.full.assign(o.size(), 1);
  for (std::size_t i = 0; i < o.exposure.size(); ++i) {
    const double count = std::nearbyint(o.exposure[i] / config.visit_seconds);
    facts.full[i] = o.exposure[i] >= config.short_seconds
                        ? static_cast<std::uint8_t>(std::min(count, 255.0))
                        : std::uint8_t{0};
  }
  facts.light.resize(o.depth.size());
  for (std::size_t i = 0; i < o.depth.size(); ++i)
    facts.light[i] = std::isfinite(o.depth[i]) ? std::pow(10.0, 0.8 * o.depth[i]) : 0.0;
  facts.errors = place_errors(o, config.star_magnitude, config.place_floor_arcsec);
  if (!facts.errors.empty()) facts.earth = earth_places(o.mjd);
  if (!o.depth.empty())
    for (const TransientClass& transient : transients)
      facts.ages.push_back(seen_ages(transient, o));
  return facts;
}

/// Fills the maps' values of single pixels.
class Filler {
 public:
  Filler(const Observations& o, const VisitFacts& facts,
         const std::vector<TransientClass>& transients, const MetricsConfig& config, SkyMaps& maps)
      : o_(o), facts_(facts), transients_(transients), config_(config), maps_(maps) {}

  void fill(std::size_t pixel, std::span<const std::uint32_t> visits) {
    maps_.visits[pixel] = static_cast<std::uint32_t>(visits.size());
    if (visits.empty()) return;
    count(pixel, visits);
    gaps(pixel, visits);
    stars(pixel, visits);
    if (o_.depth.empty()) return;
    for (std::size_t t = 0; t < transients_.size(); ++t)
      maps_.found[t][pixel] = static_cast<float>(
          found_fraction(transients_[t], facts_.ages[t], visits, o_, std::floor(o_.mjd.front()),
                         std::ceil(o_.mjd.back()), config_.transient_phases));
  }

 private:
  void count(std::size_t pixel, std::span<const std::uint32_t> visits) {
    std::array<double, kBands> light{};
    airmasses_.clear();
    for (const std::uint32_t v : visits) {
      maps_.full_visits[pixel] += facts_.full[v];
      if (!o_.airmass.empty() && std::isfinite(o_.airmass[v])) airmasses_.push_back(o_.airmass[v]);
      const std::uint8_t band = o_.band[v];
      if (band == kOtherBand) continue;
      ++maps_.band_visits[band][pixel];
      if (!facts_.light.empty()) light[band] += facts_.light[v];
    }
    if (!o_.airmass.empty()) maps_.airmass[pixel] = static_cast<float>(median_of(airmasses_));
    if (facts_.light.empty()) return;
    for (std::uint8_t b = 0; b < kBands; ++b) {
      if (light[b] > 0.0)
        maps_.coadded_depth[b][pixel] = static_cast<float>(1.25 * std::log10(light[b]));
      maps_.visit_depth[b][pixel] = median_depth(visits, b);
    }
  }

  float median_depth(std::span<const std::uint32_t> visits, std::uint8_t band) {
    scratch_.clear();
    for (const std::uint32_t v : visits)
      if (o_.band[v] == band && std::isfinite(o_.depth[v])) scratch_.push_back(o_.depth[v]);
    return static_cast<float>(median_of(scratch_));
  }

  void gaps(std::size_t pixel, std::span<const std::uint32_t> visits) {
    const RevisitTimes times = revisit_times(visits, o_, scratch_);
    maps_.within_night_hours[pixel] = static_cast<float>(times.within_night_median);
    maps_.between_nights_days[pixel] = static_cast<float>(times.between_nights_median);
    for (std::size_t b = 0; b < kBands; ++b)
      maps_.same_band_days[b][pixel] = static_cast<float>(times.same_band_median[b]);
    maps_.pair_fraction[pixel] =
        static_cast<float>(times.nights_with_pair) / static_cast<float>(times.nights);
    maps_.rapid_revisits[pixel] =
        times.rapid_short >= kRapidShortGaps && times.rapid_long >= kRapidLongGaps ? 1 : 0;
  }

  void stars(std::size_t pixel, std::span<const std::uint32_t> visits) {
    const sphere::UnitVector star =
        sphere::healpix::centre(static_cast<std::int64_t>(pixel), maps_.order);
    maps_.season_days[pixel] = static_cast<float>(
        season_length(visits, o_, sphere::sky_position(star).ra.degrees(), scratch_));
    if (facts_.errors.empty()) return;
    maps_.parallax_mas[pixel] =
        static_cast<float>(parallax_error(star, visits, facts_.errors, facts_.earth));
    maps_.proper_motion_mas[pixel] =
        static_cast<float>(proper_motion_error(visits, facts_.errors, o_.mjd, o_.band));
  }

  const Observations& o_;
  const VisitFacts& facts_;
  const std::vector<TransientClass>& transients_;
  const MetricsConfig& config_;
  SkyMaps& maps_;
  std::vector<double> scratch_;
  std::vector<double> airmasses_;
};

SkyMaps empty_maps(const Observations& o, std::size_t transients, int order) {
  SkyMaps maps;
  maps.order = order;
  const auto pixels = static_cast<std::size_t>(sphere::healpix::pixel_count(order));
  maps.visits.assign(pixels, 0);
  maps.full_visits.assign(pixels, 0);
  maps.rapid_revisits.assign(pixels, 0);
  for (auto* map : {&maps.within_night_hours, &maps.between_nights_days, &maps.pair_fraction,
                    &maps.season_days})
    map->assign(pixels, kNone);
  if (!o.airmass.empty()) maps.airmass.assign(pixels, kNone);
  for (std::size_t b = 0; b < kBands; ++b) {
    maps.band_visits[b].assign(pixels, 0);
    maps.same_band_days[b].assign(pixels, kNone);
    if (o.depth.empty()) continue;
    maps.visit_depth[b].assign(pixels, kNone);
    maps.coadded_depth[b].assign(pixels, kNone);
  }
  if (!o.depth.empty()) maps.found.assign(transients, std::vector<float>(pixels, kNone));
  if (!o.depth.empty() && !o.seeing_geom.empty()) {
    maps.parallax_mas.assign(pixels, kNone);
    maps.proper_motion_mas.assign(pixels, kNone);
  }
  return maps;
}

}  // namespace

void describe(Fields& f, MetricsConfig& c) {
  f.whole("order", c.order, "order of HEALPix; 6: nside 64", {.low = 3, .high = 9});
  f.number("field_radius_deg", c.field_radius_deg,
           "radius of the circle that stands for the camera; 0: of the plan's telescope, else "
           "LSST's [deg]",
           {.low = 0.0, .high = 30.0});
  f.number("wide_area_deg2", c.wide_area_deg2, "area over which visits are judged [deg2]",
           {.high = 41000.0, .above = 0.0});
  f.whole("visits_design", c.visits_design, "visits that an area is counted for, as designed",
          {.low = 1});
  f.whole("visits_minimum", c.visits_minimum, "visits that an area is counted for, at the least",
          {.low = 1});
  f.number("visit_seconds", c.visit_seconds, "exposures count as multiples of it [s]",
           {.above = 0.0});
  f.number("short_seconds", c.short_seconds, "shorter exposures are no visit [s]", {.low = 0.0});
  f.number("star_magnitude", c.star_magnitude,
           "brightness of the star that astrometry is judged by [AB]", {.low = 0.0, .high = 40.0});
  f.number("place_floor_arcsec", c.place_floor_arcsec,
           "what the atmosphere leaves on a star's place [arcsec]", {.low = 0.0});
  f.whole("transient_phases", c.transient_phases, "shifts that the row of transients is tried with",
          {.low = 1, .high = 100});
}

void validate(const MetricsConfig& config) { check_fields(config); }

double pixel_area_deg2(int order) {
  constexpr double kDegree = 180.0 / std::numbers::pi;
  return sphere::healpix::pixel_area(order) * kDegree * kDegree;
}

SkyMaps make_sky_maps(const Observations& o, const PixelVisits& seen,
                      const std::vector<TransientClass>& transients, const MetricsConfig& config,
                      const Execution& execution) {
  SkyMaps maps = empty_maps(o, transients.size(), seen.order);
  if (o.size() == 0) return maps;
  const VisitFacts facts = facts_of(o, transients, config);
  execution.for_chunks(seen.pixels(), kChunk, [&](std::size_t begin, std::size_t end) {
    if (execution.stop_requested()) return;
    Filler filler(o, facts, transients, config, maps);
    for (std::size_t pixel = begin; pixel < end; ++pixel) filler.fill(pixel, seen.of(pixel));
  });
  execution.check_stop();
  return maps;
}

std::vector<std::uint32_t> best_pixels(const SkyMaps& maps, double area_deg2) {
  const auto wanted = static_cast<std::size_t>(std::ceil(area_deg2 / pixel_area_deg2(maps.order)));
  std::vector<std::uint32_t> pixels(maps.pixels());
  std::iota(pixels.begin(), pixels.end(), 0U);
  const auto more = [&](std::uint32_t a, std::uint32_t b) {
    return maps.full_visits[a] != maps.full_visits[b] ? maps.full_visits[a] > maps.full_visits[b]
                                                      : a < b;
  };
  std::sort(pixels.begin(), pixels.end(), more);
  pixels.resize(std::min(wanted, pixels.size()));
  return pixels;
}

}  // namespace skywright::metrics
