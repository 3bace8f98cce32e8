#include "skywright/pipelines/solve_file.h"

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "skywright/base/error.h"
#include "skywright/config/json_text.h"
#include "skywright/io/fits.h"
#include "skywright/io/table_files.h"
#include "skywright/io/wcs_cards.h"
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

wcs::Wcs initial_wcs(const SolveFileRequest& request, const Exposure& exposure) {
  if (request.pointing) return wcs_at(*request.pointing, exposure.image.pixels.box());
  if (exposure.wcs) return *exposure.wcs;
  throw InputError(request.image, "it has no WCS to start from",
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

void write_copy(const SolveFileRequest& request, AnyImage& any,
                const calibrate::Solution& solution) {
  write_cards(any.exposure.header, solution);
  if (any.is_plain) {
    io::set_wcs(any.exposure.header, solution.wcs);
    io::write_image(request.out, any.exposure.image.pixels.view(), any.exposure.header);
    return;
  }
  any.exposure.wcs = solution.wcs;
  if (std::isfinite(solution.zero_point.magnitude))
    any.exposure.zero_point = solution.zero_point.magnitude;
  write_exposure(request.out, any.exposure);
}

}  // namespace

void describe(Fields& fields, SolveFileConfig& config) {
  describe(fields, config.solve);
  describe_nested(fields, "measure", config.measure, "detection, where no catalog is given");
}

SolveFileResult solve_file(const SolveFileRequest& request, const SolveFileConfig& config,
                           const Execution& execution) {
  check_fields(config);
  AnyImage any = read_any_image(request.image);
  const image::Box field = any.exposure.image.pixels.box();
  const wcs::Wcs initial = initial_wcs(request, any.exposure);
  std::vector<std::string> warnings;
  const std::string band = request.band.empty() ? band_of(any.exposure.header) : request.band;
  const table::Table table = io::read_table(request.reference);
  const calibrate::ReferenceCatalog reference =
      calibrate::reference_catalog(table, band, epoch_of(any.exposure.header, warnings));
  if (!table.contains(band + "_flux") && !table.contains(band + "_mag"))
    warnings.push_back(
        fmt::format("the reference has no {0}_flux or {0}_mag: no zero point; name its band with "
                    "--band",
                    band.empty() ? "BAND" : band));
  measure::SourceCatalog sources;
  if (request.catalog.empty()) {
    measure::MeasureResult measured =
        measure::detect_and_measure(any.view(), config.measure, execution);
    sources = std::move(measured.sources);
    if (!any.is_plain && !any.exposure.psf) any.exposure.psf = std::move(measured.psf);
  } else {
    sources = source_catalog_from(io::read_table(request.catalog));
  }
  calibrate::SolveConfig solve_config = config.solve;
  if (request.pointing) {
    // Nothing tells how the camera was turned, or whether a mirror lies in the path.
    solve_config.max_rotation_deg = 180.0;
    solve_config.try_mirrored = true;
  }
  SolveFileResult result{
      calibrate::solve(sources, reference, initial, field, solve_config, execution), band,
      std::move(warnings)};
  if (!request.out.empty()) write_copy(request, any, result.solution);
  return result;
}

std::string solve_text(const SolveFileResult& result) {
  const calibrate::Solution& s = result.solution;
  std::string text = fmt::format(
      "WCS from {} of {} sources ({} reference stars on the image): rms {:.1f} mas, bright {:.1f}\n"
      "pointing was off by {:.2f} arcsec and {:.4f} deg\n",
      s.matched, s.sources, s.references, s.rms_mas, s.bright_rms_mas, s.offset_arcsec,
      s.rotation_deg);
  if (std::isfinite(s.zero_point.magnitude))
    text += fmt::format("zero point {:.4f} +- {:.4f} mag ({} band, {} stars, scatter {:.4f})\n",
                        s.zero_point.magnitude, s.zero_point.error, result.band, s.zero_point.stars,
                        s.zero_point.rms);
  return text;
}

std::string solve_json(const SolveFileResult& result) {
  const calibrate::Solution& s = result.solution;
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
                              {"band", result.band}};
  json["zero_point"] = nullptr;
  if (std::isfinite(s.zero_point.magnitude))
    json["zero_point"] = {{"magnitude", s.zero_point.magnitude},
                          {"error", s.zero_point.error},
                          {"rms", s.zero_point.rms},
                          {"intrinsic", s.zero_point.intrinsic},
                          {"nanojansky", s.zero_point.nanojansky},
                          {"stars", s.zero_point.stars},
                          {"clipped", s.zero_point.clipped}};
  json["warnings"] = result.warnings;
  return config::json_text(json);
}

}  // namespace skywright::pipelines
