#include "skywright/pipelines/solve_image.h"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "skywright/base/error.h"
#include "skywright/config/json_text.h"
#include "skywright/measure/detect_and_measure.h"
#include "skywright/pipelines/any_image.h"

namespace skywright::pipelines {
namespace {

constexpr double kDaysInYear = 365.25;
constexpr double kGaiaEpochMjd = 51544.5 + 16.0 * kDaysInYear;  // J2016.0, of Gaia DR3

wcs::Wcs wcs_at(const Pointing& pointing, const image::Box& field) {
  if (!(pointing.scale_arcsec > 0.0) || !(std::abs(pointing.dec_deg) <= 90.0))
    throw ConfigError("--ra --dec --scale", "scale must be > 0 and dec in [-90, 90]",
                      "give degrees and arcsec/pixel");
  wcs::Linear linear;
  linear.reference_pixel = {0.5 * (field.width - 1), 0.5 * (field.height - 1)};
  linear.reference_sky = sphere::SkyPosition::from_degrees(pointing.ra_deg, pointing.dec_deg);
  const double scale = pointing.scale_arcsec / 3600.0;
  linear.cd = {-scale, 0.0, 0.0, scale};
  return wcs::Wcs(linear);
}

wcs::Wcs initial_wcs(const ImageToSolve& image, const std::optional<Pointing>& pointing) {
  if (pointing) return wcs_at(*pointing, image.pixels.box());
  if (image.wcs != nullptr) return *image.wcs;
  throw InputError(image.name, "it has no WCS to start from",
                   "give --ra, --dec [deg] and --scale [arcsec/pixel] of its centre");
}

/// Middle of the exposure, as far as the header tells; Gaia's epoch otherwise.
time::Tai epoch_of(const header::Header& header, std::vector<std::string>& warnings) {
  if (const auto mjd = header.number("MJD-OBS")) return time::to_tai(time::Utc::from_mjd(*mjd));
  if (const auto mjd = header.number("MJD-BEG")) return time::Tai::from_mjd(*mjd);  // TAI, LSST's
  if (const auto date = header.text("DATE-OBS")) {
    try {
      return time::to_tai(time::utc_from_iso(*date));
    } catch (const InputError&) {
      warnings.push_back("DATE-OBS = '" + *date + "' is no date");
    }
  }
  warnings.emplace_back("no date in the header: proper motions are taken to J2016.0");
  return time::Tai::from_mjd(kGaiaEpochMjd);
}

void write_cards(header::Header& header, const calibrate::Solution& solution) {
  header.set("ASTRRMS", solution.rms_mas, "[mas] of matched stars, per coordinate");
  header.set("NASTRO", solution.matched, "stars in the astrometric fit");
  const calibrate::ZeroPoint& zero = solution.zero_point;
  if (!std::isfinite(zero.magnitude)) return;
  header.set("MAGZERO", zero.magnitude, "[mag] AB of 1 image unit");
  header.set("MAGZERR", zero.error, "[mag] of MAGZERO");
  header.set("MAGZRMS", zero.rms, "[mag] scatter of single stars");
  header.set("NMAGZERO", zero.stars, "stars in the zero point");
}

/// Sources and, where they were detected, the PSF. A mask that is not there masks nothing.
measure::SourceCatalog sources_of(const ImageToSolve& image, const table::Table* catalog,
                                  const measure::MeasureConfig& config,
                                  std::optional<psf::PsfModel>& psf, const Execution& execution) {
  if (catalog != nullptr) return source_catalog_from(*catalog);
  image::MaskedImageView pixels = image.pixels;
  image::Image<image::MaskBits> nothing_masked;
  if (pixels.mask.empty()) {
    nothing_masked = image::Image<image::MaskBits>(pixels.width(), pixels.height());
    pixels.mask = nothing_masked.view();
  }
  measure::MeasureResult measured = measure::detect_and_measure(pixels, config, execution);
  psf = std::move(measured.psf);
  return std::move(measured.sources);
}

}  // namespace

void describe(Fields& fields, SolveImageConfig& config) {
  describe(fields, config.solve);
  describe_nested(fields, "measure", config.measure, "detection, where no catalog is given");
}

SolvedImage solve_image(const ImageToSolve& image, const table::Table& reference,
                        const SolveOptions& options, const SolveImageConfig& config,
                        const Execution& execution) {
  check_fields(config);
  const wcs::Wcs initial = initial_wcs(image, options.pointing);
  std::vector<std::string> warnings;
  const std::string band = options.band.empty() ? band_of(*image.header) : options.band;
  calibrate::ReferenceCatalog stars =
      calibrate::reference_catalog(reference, band, epoch_of(*image.header, warnings));
  if (!reference.contains(band + "_flux") && !reference.contains(band + "_mag"))
    warnings.push_back(
        fmt::format("the reference has no {0}_flux or {0}_mag: no zero point; name its band with "
                    "--band",
                    band.empty() ? "BAND" : band));
  std::optional<psf::PsfModel> psf;
  measure::SourceCatalog sources =
      sources_of(image, options.catalog, config.measure, psf, execution);
  calibrate::SolveConfig solve_config = config.solve;
  if (options.pointing) {
    // Nothing tells how the camera was turned, or whether a mirror lies in the path.
    solve_config.max_rotation_deg = 180.0;
    solve_config.try_mirrored = true;
  }
  calibrate::Solution solution =
      calibrate::solve(sources, stars, initial, image.pixels.box(), solve_config, execution);
  return {.solution = std::move(solution),
          .band = band,
          .sources = std::move(sources),
          .reference = std::move(stars),
          .psf = std::move(psf),
          .warnings = std::move(warnings)};
}

void take_solution(Exposure& exposure, const SolvedImage& solved) {
  write_cards(exposure.header, solved.solution);
  exposure.wcs = solved.solution.wcs;
  if (std::isfinite(solved.solution.zero_point.magnitude))
    exposure.zero_point = solved.solution.zero_point.magnitude;
  if (!exposure.psf) exposure.psf = solved.psf;
}

table::Table matches_table(const SolvedImage& solved) {
  const std::vector<calibrate::StarPair>& pairs = solved.solution.pairs;
  const std::size_t n = pairs.size();
  std::vector<std::int64_t> source(n), star(n);
  std::vector<double> x(n), y(n), ra(n), dec(n), dx(n), dy(n), sigma(n);
  std::vector<float> flux(n), star_flux(n);
  for (std::size_t i = 0; i < n; ++i) {
    const calibrate::StarPair& p = pairs[i];
    source[i] = static_cast<std::int64_t>(p.source);
    star[i] = static_cast<std::int64_t>(p.reference);
    x[i] = solved.sources.x[p.source];
    y[i] = solved.sources.y[p.source];
    ra[i] = solved.reference.ra[p.reference];
    dec[i] = solved.reference.dec[p.reference];
    sigma[i] = p.sigma;
    flux[i] = solved.sources.psf_flux[p.source];
    star_flux[i] = solved.reference.flux[p.reference];
  }
  // StarPair's residuals lie along the axes of the initial WCS, which may be turned.
  solved.solution.wcs.sky_to_pixels(ra, dec, dx, dy);
  for (std::size_t i = 0; i < n; ++i) {
    dx[i] = x[i] - dx[i];
    dy[i] = y[i] - dy[i];
  }
  table::Table t;
  t.add("source", "", "row of the source among those that were detected or given", source);
  t.add("reference", "", "row of the star in the reference", star);
  t.add("x", "pixel", "measured place along a row, from zero", x);
  t.add("y", "pixel", "measured place across rows, from zero", y);
  t.add("ra", "deg", "right ascension of the star at the image's epoch", ra);
  t.add("dec", "deg", "declination of the star at the image's epoch", dec);
  t.add("dx", "pixel", "x less where the WCS that was found puts the star", dx);
  t.add("dy", "pixel", "y less where the WCS that was found puts the star", dy);
  t.add("sigma", "pixel", "expected scatter of dx and of dy", sigma);
  t.add("psfFlux", "", "measured flux [image unit]", flux);
  t.add("referenceFlux", "nJy", "flux of the star in the band; NaN where not known", star_flux);
  return t;
}

std::string solve_text(const SolvedImage& solved) {
  const calibrate::Solution& s = solved.solution;
  std::string text = fmt::format(
      "WCS from {} of {} sources ({} reference stars on the image): rms {:.1f} mas, bright {:.1f}\n"
      "pointing was off by {:.2f} arcsec and {:.4f} deg\n",
      s.matched, s.sources, s.references, s.rms_mas, s.bright_rms_mas, s.offset_arcsec,
      s.rotation_deg);
  if (std::isfinite(s.zero_point.magnitude))
    text += fmt::format("zero point {:.4f} +- {:.4f} mag ({} band, {} stars, scatter {:.4f})\n",
                        s.zero_point.magnitude, s.zero_point.error, solved.band, s.zero_point.stars,
                        s.zero_point.rms);
  return text;
}

std::string solve_json(const SolvedImage& solved) {
  const calibrate::Solution& s = solved.solution;
  const auto centre = s.wcs.linear().reference_sky;
  nlohmann::ordered_json json{{"sources", s.sources},
                              {"references", s.references},
                              {"matched", s.matched},
                              {"clipped", s.clipped},
                              {"degree", s.degree},
                              {"rms_mas", s.rms_mas},
                              {"bright_rms_mas", s.bright_rms_mas},
                              {"expected_rms_mas", s.expected_rms_mas},
                              {"chi2_reduced", s.chi2_reduced},
                              {"offset_arcsec", s.offset_arcsec},
                              {"rotation_deg", s.rotation_deg},
                              {"mirrored", s.mirrored},
                              {"ra", centre.ra.degrees()},
                              {"dec", centre.dec.degrees()},
                              {"band", solved.band}};
  json["zero_point"] = nullptr;
  if (std::isfinite(s.zero_point.magnitude))
    json["zero_point"] = {{"magnitude", s.zero_point.magnitude},
                          {"error", s.zero_point.error},
                          {"rms", s.zero_point.rms},
                          {"intrinsic", s.zero_point.intrinsic},
                          {"nanojansky", s.zero_point.nanojansky},
                          {"stars", s.zero_point.stars},
                          {"clipped", s.zero_point.clipped}};
  json["warnings"] = solved.warnings;
  return config::json_text(json);
}

}  // namespace skywright::pipelines
