#include "skywright/calibrate/solve.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include <fmt/format.h>

#include "skywright/base/error.h"

namespace skywright::calibrate {
namespace {

using measure::SourceCatalog;
using measure::SourceFlag;

constexpr double kDegree = std::numbers::pi / 180.0;

constexpr std::uint32_t flag_bit(SourceFlag flag) { return 1U << static_cast<int>(flag); }

constexpr std::uint32_t kNoPlace = flag_bit(SourceFlag::centroid_failed) |
                                   flag_bit(SourceFlag::no_data) | flag_bit(SourceFlag::bad) |
                                   flag_bit(SourceFlag::cosmic_ray_center);
constexpr std::uint32_t kNoAstrometry = kNoPlace | flag_bit(SourceFlag::saturated_center) |
                                        flag_bit(SourceFlag::saturated) |
                                        flag_bit(SourceFlag::edge);
constexpr std::uint32_t kNoPhotometry =
    kNoAstrometry | flag_bit(SourceFlag::psf_flux_failed) | flag_bit(SourceFlag::blended) |
    flag_bit(SourceFlag::interpolated_center) | flag_bit(SourceFlag::suspect);

double brightness(const SourceCatalog& c, std::size_t i) {
  const float flux = i < c.psf_flux.size() ? c.psf_flux[i] : std::nanf("");
  if (std::isfinite(flux)) return static_cast<double>(flux);
  return i < c.peak.size() ? static_cast<double>(c.peak[i]) : 0.0;
}

/// Rows without any of `unwanted`, with a finite place, brightest first.
std::vector<std::size_t> usable(const SourceCatalog& c, std::uint32_t unwanted, double min_snr) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < c.size(); ++i) {
    if ((c.flags[i] & unwanted) != 0 || !std::isfinite(c.x[i]) || !std::isfinite(c.y[i])) continue;
    if (i < c.snr.size() && std::isfinite(c.snr[i]) && static_cast<double>(c.snr[i]) < min_snr)
      continue;
    rows.push_back(i);
  }
  std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
    return brightness(c, a) > brightness(c, b);
  });
  return rows;
}

/// Where the initial WCS puts the reference stars, brightest first.
struct Predictions {
  std::vector<PixelPosition> places;
  int within = 0;  ///< on the image grown by the search radius
  double nearest_arcmin = INFINITY;
};

Predictions predict(const ReferenceCatalog& reference, const wcs::Wcs& initial,
                    const image::Box& field, double margin, double scale_arcsec) {
  std::vector<double> x(reference.size());
  std::vector<double> y(reference.size());
  initial.sky_to_pixels(reference.ra, reference.dec, x, y);
  Predictions out;
  std::vector<std::size_t> rows;
  const double cx = field.x0 + 0.5 * field.width;
  const double cy = field.y0 + 0.5 * field.height;
  const double reach = 0.5 * std::hypot(field.width, field.height) + margin;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!std::isfinite(x[i]) || !std::isfinite(y[i])) continue;
    const double r = std::hypot(x[i] - cx, y[i] - cy);
    out.nearest_arcmin = std::min(out.nearest_arcmin, r * scale_arcsec / 60.0);
    out.within += x[i] > field.x0 - margin && x[i] < field.x_end() + margin &&
                  y[i] > field.y0 - margin && y[i] < field.y_end() + margin;
    if (r <= 2.0 * reach) rows.push_back(i);
  }
  const auto flux = [&](std::size_t i) {
    const float f = i < reference.flux.size() ? reference.flux[i] : 0.0F;
    return std::isfinite(f) ? f : 0.0F;
  };
  std::stable_sort(rows.begin(), rows.end(),
                   [&](std::size_t a, std::size_t b) { return flux(a) > flux(b); });
  for (const std::size_t i : rows) out.places.push_back({x[i], y[i]});
  return out;
}

void check_initial(const wcs::Wcs& initial, const image::Box& field) {
  const PixelPosition centre{field.x0 + 0.5 * field.width, field.y0 + 0.5 * field.height};
  const double scale = initial.pixel_scale(centre).arcsec();
  const auto sky = initial.sky_at(centre);
  if (!(scale > 1e-4 && scale < 3600.0) || !std::isfinite(sky.ra.degrees()) ||
      !std::isfinite(sky.dec.degrees()))
    throw InputError("initial WCS", fmt::format("its scale is {:.4g} arcsec/pixel", scale),
                     "give --ra, --dec and --scale in place of the header's WCS");
}

ZeroPoint zero_point_of(const SourceCatalog& c, const ReferenceCatalog& reference,
                        std::span<const StarPair> pairs, double min_snr) {
  std::vector<double> flux;
  std::vector<double> flux_err;
  std::vector<double> star;
  std::vector<double> star_err;
  for (const StarPair& p : pairs) {
    if ((c.flags[p.source] & kNoPhotometry) != 0 || c.psf_flux.size() != c.size()) continue;
    if (!c.extendedness.empty() && c.extendedness[p.source] > 0.5F) continue;
    const double f = static_cast<double>(c.psf_flux[p.source]);
    const double e = static_cast<double>(c.psf_flux_err[p.source]);
    if (!(f > min_snr * e)) continue;
    flux.push_back(f);
    flux_err.push_back(e);
    star.push_back(static_cast<double>(reference.flux[p.reference]));
    star_err.push_back(static_cast<double>(reference.flux_err[p.reference]));
  }
  return fit_zero_point(flux, flux_err, star, star_err);
}

[[noreturn]] void no_match(std::size_t sources, int references, const SolveConfig& config) {
  throw InputError(
      "astrometric solution",
      fmt::format("no map lays enough of {} sources onto {} reference stars", sources, references),
      fmt::format("the search went to {:g} arcsec, {:g} deg and {:g} of scale: raise "
                  "max_offset_arcsec, max_rotation_deg or max_stretch, or give a better pointing",
                  config.max_offset_arcsec, config.max_rotation_deg, config.max_stretch));
}

}  // namespace

void describe(Fields& fields, SolveConfig& config) {
  fields.number("max_offset_arcsec", config.max_offset_arcsec,
                "largest error of the pointing [arcsec]", {.above = 0.0});
  fields.number("max_rotation_deg", config.max_rotation_deg,
                "largest error of the camera's angle [deg]", {.low = 0.0, .high = 180.0});
  fields.number("max_stretch", config.max_stretch, "largest relative error of the scale",
                {.low = 0.0, .below = 0.5});
  fields.flag("try_mirrored", config.try_mirrored, "also look for a mirror image");
  fields.whole("sip_order", config.sip_order, "order of the correction to the initial WCS",
               {.low = 1, .high = 6});
  fields.number("match_radius_px", config.match_radius_px,
                "farthest that a star lies from its place [pixel]", {.above = 0.0});
  fields.number("clip", config.clip, "outliers left out [sigma]", {.low = 2.0});
  fields.whole("min_matched", config.min_matched, "fewest matched stars that are accepted",
               {.low = 4});
  fields.number("min_snr", config.min_snr, "lowest signal-to-noise ratio of sources that enter",
                {.low = 0.0});
  fields.number("photometry_snr", config.photometry_snr,
                "lowest signal-to-noise ratio of stars in the zero point", {.low = 0.0});
  fields.number("reference_err_mas", config.reference_err_mas,
                "error of reference stars that state none [mas]", {.low = 0.0});
  fields.number("centroid_floor_px", config.centroid_floor_px,
                "systematic part of a centroid's error [pixel]", {.above = 0.0});
}

Solution solve(const SourceCatalog& catalog, const ReferenceCatalog& reference,
               const wcs::Wcs& initial, const image::Box& field, const SolveConfig& config,
               const Execution& execution) {
  check_fields(config);
  check_initial(initial, field);
  const PixelPosition centre{field.x0 + 0.5 * field.width, field.y0 + 0.5 * field.height};
  const double scale = initial.pixel_scale(centre).arcsec();
  const double max_offset = config.max_offset_arcsec / scale;
  if (max_offset > farthest_offset(field))
    throw ConfigError(
        fmt::format("max_offset_arcsec={:g}", config.max_offset_arcsec),
        fmt::format("it is {:.3g} pixels of this image, of {:.3g} arcsec each, and {:.3g} are the "
                    "most that can be searched",
                    max_offset, scale, farthest_offset(field)),
        "look less far, or correct the image's scale");

  const std::vector<std::size_t> placed = usable(catalog, kNoPlace, config.min_snr);
  if (static_cast<int>(placed.size()) < config.min_matched)
    throw InputError("astrometric solution",
                     fmt::format("the image has {} usable sources and {} are needed", placed.size(),
                                 config.min_matched),
                     "lower the detection threshold, min_snr or min_matched");
  const Predictions predicted = predict(reference, initial, field, max_offset, scale);
  if (predicted.within < config.min_matched)
    throw InputError(
        "reference catalog",
        fmt::format(
            "{} of its {} stars lie on the image ({})", predicted.within, reference.size(),
            std::isfinite(predicted.nearest_arcmin)
                ? fmt::format("the nearest {:.3g} arcmin from its centre", predicted.nearest_arcmin)
                : "all the others 90 degrees and more away"),
        "give a catalog that covers the image, or correct its pointing");
  execution.check_stop();

  std::vector<PixelPosition> detected;
  for (const std::size_t i : placed) detected.push_back({catalog.x[i], catalog.y[i]});
  PatternSearch search;
  search.max_offset = max_offset;
  search.max_rotation = config.max_rotation_deg * kDegree;
  search.max_stretch = config.max_stretch;
  search.try_mirrored = config.try_mirrored;
  search.tolerance = config.match_radius_px;
  search.min_pairs = config.min_matched;
  const auto pattern = match_patterns(detected, predicted.places, field, search);
  if (!pattern) no_match(placed.size(), predicted.within, config);
  execution.check_stop();

  std::vector<std::size_t> rows = usable(catalog, kNoAstrometry, config.min_snr);
  if (static_cast<int>(rows.size()) < config.min_matched) rows = placed;
  MeasuredPlaces sources;
  for (const std::size_t i : rows) {
    sources.place.push_back({catalog.x[i], catalog.y[i]});
    const double x_err = i < catalog.x_err.size() ? static_cast<double>(catalog.x_err[i]) : 0.1;
    const double y_err = i < catalog.y_err.size() ? static_cast<double>(catalog.y_err[i]) : 0.1;
    const double error = std::sqrt(0.5 * (x_err * x_err + y_err * y_err));
    sources.error.push_back(std::isfinite(error) ? error : 0.1);
  }
  AstrometricFitConfig fit_config;
  fit_config.degree = config.sip_order;
  fit_config.match_radius = config.match_radius_px;
  fit_config.clip = config.clip;
  fit_config.centroid_floor = config.centroid_floor_px;
  fit_config.unknown_reference_err = config.reference_err_mas;
  AstrometricFit fit = fit_astrometry(sources, reference, initial, pattern->map, field, fit_config);
  if (static_cast<int>(fit.pairs.size()) < config.min_matched)
    no_match(placed.size(), predicted.within, config);
  for (StarPair& p : fit.pairs) p.source = rows[p.source];

  Solution out(fit.wcs);
  out.zero_point = zero_point_of(catalog, reference, fit.pairs, config.photometry_snr);
  out.sources = static_cast<int>(rows.size());
  out.matched = static_cast<int>(fit.pairs.size());
  out.clipped = fit.clipped;
  out.degree = fit.degree;
  out.rms_mas = fit.rms_mas;
  out.expected_rms_mas = fit.expected_mas;
  out.chi2_reduced = fit.chi2_reduced;
  out.mirrored = pattern->mirrored;
  out.offset_arcsec = sphere::separation(initial.sky_at(centre), fit.wcs.sky_at(centre)).arcsec();
  out.rotation_deg = std::atan2(pattern->map.yx, pattern->map.yy) / kDegree;
  double bright = 0.0;
  int count = 0;
  for (const StarPair& p : fit.pairs)
    if (p.source < catalog.snr.size() && catalog.snr[p.source] > 50.0F) {
      bright += p.dx * p.dx + p.dy * p.dy;
      ++count;
    }
  out.bright_rms_mas = count > 0 ? std::sqrt(0.5 * bright / count) * scale * 1000.0 : fit.rms_mas;
  std::vector<double> x(reference.size());
  std::vector<double> y(reference.size());
  fit.wcs.sky_to_pixels(reference.ra, reference.dec, x, y);
  for (std::size_t i = 0; i < x.size(); ++i)
    out.references += x[i] >= field.x0 - 0.5 && x[i] < field.x_end() - 0.5 &&
                      y[i] >= field.y0 - 0.5 && y[i] < field.y_end() - 0.5;
  out.pairs = std::move(fit.pairs);
  return out;
}

}  // namespace skywright::calibrate
