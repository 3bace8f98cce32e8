#include "skywright/pipelines/subtract_files.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "skywright/base/error.h"
#include "skywright/config/json_text.h"
#include "skywright/io/fits.h"
#include "skywright/io/table_files.h"
#include "skywright/measure/detect_and_measure.h"
#include "skywright/pipelines/sky_columns.h"
#include "skywright/stack/stack.h"
#include "skywright/warp/warp.h"

namespace skywright::pipelines {
namespace {

/// Largest distance between the places that a pixel of one image has in the other [pixel].
double grid_offset(const wcs::Wcs& a, const wcs::Wcs& b, const image::Box& box) {
  double worst = 0.0;
  for (int j = 0; j <= 2; ++j) {
    for (int i = 0; i <= 2; ++i) {
      const image::PixelPosition p{0.5 * i * (box.width - 1), 0.5 * j * (box.height - 1)};
      const image::PixelPosition q = b.pixel_at(a.sky_at(p));
      const double d = std::hypot(p.x - q.x, p.y - q.y);
      worst = std::isfinite(d) ? std::max(worst, d) : 1e9;
    }
  }
  return worst;
}

/// Bring the reference onto the science's grid where it is not.
bool align(const Exposure& science, Exposure& reference, WarpReference how,
           const Execution& execution) {
  constexpr double kSameGrid = 0.02;  // a kernel absorbs such a shift
  const bool sizes_agree = science.image.width() == reference.image.width() &&
                           science.image.height() == reference.image.height();
  const bool comparable = science.wcs && reference.wcs && how == WarpReference::automatic;
  if (sizes_agree &&
      (!comparable || grid_offset(*science.wcs, *reference.wcs, science.image.box()) < kSameGrid))
    return false;
  if (!comparable)
    throw InputError(
        "science and reference differ in size",
        fmt::format("{} x {} and {} x {} pixels, and not both have a WCS", science.image.width(),
                    science.image.height(), reference.image.width(), reference.image.height()),
        "give images on one grid, or with WCS");
  if (reference.psf) {
    const std::vector<stack::StackInput> input = {
        {.image = reference.image.view(), .wcs = *reference.wcs, .psf = &*reference.psf}};
    reference.psf = stack::coadd_psf(input, {1.0},
                                     {*science.wcs, science.image.width(), science.image.height()});
  }
  warp::WarpResult warped =
      warp::warp(reference.image.view(), reference.noise, *reference.wcs, *science.wcs,
                 science.image.width(), science.image.height(), {}, execution);
  reference.image = std::move(warped.image);
  reference.noise = std::move(warped.noise);
  reference.wcs = science.wcs;
  const auto mask = reference.image.mask.pixels();
  const bool meets = std::any_of(mask.begin(), mask.end(), [](image::MaskBits m) {
    return (m & image::bit(image::MaskPlane::no_data)) == 0;
  });
  if (!meets)
    throw InputError("science and reference do not overlap", "their WCS point at different sky",
                     "give images of one field");
  return true;
}

/// The image's own PSF by its stars; false where it shows none.
bool measure_psf(Exposure& exposure, const Execution& execution) {
  if (exposure.psf) return false;
  try {
    measure::MeasureResult measured =
        measure::detect_and_measure(exposure.image.view(), measure::MeasureConfig{}, execution);
    if (measured.counts.psf_stars == 0) return false;
    exposure.psf = std::move(measured.psf);
    return true;
  } catch (const InputError&) {
    return false;  // too little to see: the subtraction falls back on what its stamps show
  }
}

/// The noise of a stranger's image is what its sky scatters. One that a computer made without any
/// has none: there it is rounding and the faint wings of sources, beside which whatever a fit
/// leaves stands thousands of sigma high, off sources too (real pairs scatter within 0.9 and 1.1).
void require_noise(const OpenedImage& science, const OpenedImage& reference, double score_scatter) {
  constexpr double kNoNoise = 10.0;
  if (score_scatter < kNoNoise || (science.noise_stated && reference.noise_stated)) return;
  throw InputError(
      science.name + " and " + reference.name,
      fmt::format(
          "their sky shows no noise that would explain the difference, which scatters {:.3g} "
          "times as much off sources",
          score_scatter),
      "give the noise of each pixel as an image, --science-noise and --template-noise");
}

double lag1(const image::NoiseCorrelation& noise) {
  return 0.5 * (noise.at(1, 0) + noise.at(0, 1));
}

table::Table catalog_of(const difference::Difference& d, const Exposure& science) {
  table::Table t = difference::to_table(d.sources);
  const difference::DiaSources& s = d.sources;
  if (science.wcs) add_sky_columns(t, *science.wcs, s.x, s.y, s.x_err, s.y_err);
  if (const auto unit = science.header.text("BUNIT")) t.metadata["FLUXUNIT"] = *unit;
  if (science.zero_point) t.metadata["MAGZERO"] = fmt::format("{}", *science.zero_point);
  return t;
}

const char* name_of(difference::Convolve c) {
  switch (c) {
    case difference::Convolve::reference:
      return "reference";
    case difference::Convolve::science:
      return "science";
    case difference::Convolve::both:
      return "both";
    case difference::Convolve::automatic:
      break;
  }
  return "automatic";
}

}  // namespace

void describe(Fields& f, SubtractFilesConfig& c) {
  describe_choice(f, "warp", c.warp, {"automatic", "never"},
                  "whether the reference is resampled onto the science's grid");
  describe(f, c.subtract);
}

Subtracted subtract_images(OpenedImage science, OpenedImage reference,
                           const SubtractFilesConfig& config, const Execution& execution) {
  check_fields(config);
  SubtractSummary out;
  out.science_not_finite = science.not_finite;
  out.reference_not_finite = reference.not_finite;
  out.science_bad_noise = science.bad_noise;
  out.reference_bad_noise = reference.bad_noise;
  out.science_psf_measured = measure_psf(science.exposure, execution);
  out.reference_psf_measured = measure_psf(reference.exposure, execution);
  Exposure& s = science.exposure;
  Exposure& r = reference.exposure;
  if (!s.psf) out.warnings.emplace_back("no star in the science image: its PSF is a guess");
  if (!r.psf) out.warnings.emplace_back("no star in the reference: its PSF is a guess");
  out.warped = align(s, r, config.warp, execution);
  // After the warp, where both show the same sky pixel by pixel.
  measure_noise(science, r.image.view());
  measure_noise(reference, s.image.view());
  if (std::max(s.noise.shared_with_twin, r.noise.shared_with_twin) > 0.9)
    out.warnings.emplace_back(
        "both images hold the same noise, as a copy does, or a stack of the other: the errors are "
        "those of independent images and too large");
  out.science_lag1 = lag1(s.noise);
  out.reference_lag1 = lag1(r.noise);
  out.science_variance_scale = s.noise.variance_scale;
  out.reference_variance_scale = r.noise.variance_scale;

  difference::Difference d =
      difference::subtract(s.image.view(), s.psf ? &*s.psf : nullptr, r.image.view(),
                           r.psf ? &*r.psf : nullptr, s.noise, r.noise, config.subtract, execution);
  require_noise(science, reference, d.report.score_scatter);
  out.report = d.report;
  out.sources = static_cast<int>(d.sources.size());
  for (std::size_t i = 0; i < d.sources.size(); ++i) {
    (d.sources.is_negative[i] != 0 ? out.negative : out.positive) += 1;
    out.reliable += d.sources.reliability[i] >= 0.5F ? 1 : 0;
  }
  if (d.sources.size() == 0) out.warnings.emplace_back("the difference shows no source");
  table::Table catalog = catalog_of(d, s);
  return {.difference = {.header = std::move(s.header),
                         .image = std::move(d.difference),
                         .wcs = s.wcs,
                         .psf = std::move(d.psf),
                         .zero_point = s.zero_point,
                         .noise = {}},
          .score = std::move(d.score),
          .catalog = std::move(catalog),
          .summary = std::move(out)};
}

void write_subtracted(const SubtractJob& job, const Subtracted& done) {
  if (!job.difference.empty()) write_exposure(job.difference, done.difference);
  if (!job.score.empty()) io::write_image(job.score, done.score.view(), {});
  if (!job.catalog.empty()) io::write_table(job.catalog, done.catalog);
}

SubtractSummary subtract_files(const SubtractJob& job, const SubtractFilesConfig& config,
                               const Execution& execution) {
  check_fields(config);
  if (!job.catalog.empty()) io::check_table_name(job.catalog);
  Subtracted done = subtract_images(open_image(job.science, execution),
                                    open_image(job.reference, execution), config, execution);
  write_subtracted(job, done);
  return std::move(done.summary);
}

std::string SubtractSummary::json() const {
  // A value that is no number becomes null.
  return config::json_text({{"sources", sources},
                            {"positive", positive},
                            {"negative", negative},
                            {"reliable", reliable},
                            {"convolved", name_of(report.convolved)},
                            {"warped", warped},
                            {"kernel_sum", report.kernel_sum},
                            {"kernel_sum_spread", report.kernel_sum_spread},
                            {"kernel_side", report.kernel_side},
                            {"spatial_degree", report.spatial_degree},
                            {"stamps_found", report.stamps_found},
                            {"stamps_used", report.stamps_used},
                            {"stamps_rejected", report.stamps_rejected},
                            {"stamp_chi2", report.stamp_chi2},
                            {"score_scatter", report.score_scatter},
                            {"unusable_pixels", report.unusable_pixels},
                            {"science_not_finite", science_not_finite},
                            {"reference_not_finite", reference_not_finite},
                            {"science_bad_noise", science_bad_noise},
                            {"reference_bad_noise", reference_bad_noise},
                            {"science_lag1", science_lag1},
                            {"reference_lag1", reference_lag1},
                            {"science_variance_scale", science_variance_scale},
                            {"reference_variance_scale", reference_variance_scale},
                            {"science_psf_measured", science_psf_measured},
                            {"reference_psf_measured", reference_psf_measured}});
}

std::string SubtractSummary::text() const {
  return fmt::format(
      "{} sources ({} brighter, {} fainter; {} of reliability 0.5 and more)\n"
      "{} convolved with {} x {} pixels from {} of {} stamps; flux ratio {:.4f}\n"
      "score scatter off sources {:.3f} (1 where the noise is understood); {} pixels unusable",
      sources, positive, negative, reliable, name_of(report.convolved), report.kernel_side,
      report.kernel_side, report.stamps_used, report.stamps_found, report.kernel_sum,
      report.score_scatter, report.unusable_pixels);
}

}  // namespace skywright::pipelines
