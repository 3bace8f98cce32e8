#include "skywright/measure/detect_and_measure.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "skywright/base/error.h"
#include "skywright/math/point_index.h"
#include "skywright/measure/detail/detector.h"
#include "skywright/measure/psf_fit.h"

namespace skywright::measure {
namespace {

using detail::Detector;
using image::Image;
using image::ImageView;
using image::MaskBits;

// Mark the sources that stars of the PSF model became.
void flag_psf_stars(SourceCatalog& sources, const std::vector<PsfStar>& stars,
                    const std::vector<std::uint8_t>& used) {
  if (sources.size() == 0 || stars.empty()) return;
  std::vector<std::array<double, 2>> places;
  for (std::size_t i = 0; i < sources.size(); ++i) places.push_back({sources.x[i], sources.y[i]});
  const math::PointIndex<2> index(std::move(places));
  for (std::size_t i = 0; i < stars.size(); ++i) {
    const auto near = index.nearest({stars[i].position.x, stars[i].position.y}, 1);
    if (near.empty() || near.front().distance > 1.5) continue;
    std::uint32_t& flags = sources.flags[near.front().index];
    flags |= std::uint32_t{1} << static_cast<int>(SourceFlag::psf_candidate);
    if (used[i] != 0) flags |= std::uint32_t{1} << static_cast<int>(SourceFlag::psf_used);
  }
}

// What serves where stars are too few: a Moffat profile of the width that was seen.
psf::PsfModel analytic_psf(double fwhm, const PsfConfig& config) {
  const double width = fwhm > 0.0 ? fwhm : detail::kFirstFwhm;
  const int side = config.side > 0
                       ? config.side | 1
                       : std::clamp(2 * static_cast<int>(std::ceil(4.5 * width)) + 1, 15, 71);
  // The width seen is that of the matched Gaussian, which is narrower than a Moffat profile's.
  double moffat = width;
  for (int iteration = 0; iteration < 4; ++iteration) {
    const psf::Moments m = psf::moffat_psf(moffat, 3.0, side).moments({0, 0});
    moffat *= width / (2.3548200450309493 * std::sqrt(0.5 * (m.ixx + m.iyy)));
  }
  return psf::moffat_psf(std::max(moffat, 1.0), 3.0, side);
}

void check_size(const image::MaskedImageView& image) {
  if (image.pixels.empty())
    throw InputError("an image without pixels", "there is nothing to measure",
                     "give an image of at least one pixel");
}

MeasureResult finish(Detector& detector, const psf::PsfModel& psf, MeasureCounts counts,
                     SourceKernels kernels) {
  detail::Measured measured = detector.measure(psf, kernels);
  counts.footprints = static_cast<int>(detector.footprints().found.size());
  counts.rejected_small = detector.footprints().rejected_small;
  counts.blended_footprints = measured.blended_footprints;
  counts.deblended_children = measured.children;
  counts.psf_degree = psf.degree();
  return {.sources = std::move(measured.catalog),
          .psf = psf,
          .background = std::move(detector.background()),
          .footprints = std::move(detector.footprints().found),
          .counts = counts};
}

}  // namespace

MeasureResult detect_and_measure(const image::MaskedImageView& image, const MeasureConfig& config,
                                 const Execution& execution, SourceKernels kernels) {
  validate(config);
  check_size(image);
  Detector detector(image, config, execution);
  detector.first_pass({});
  PsfStars stars = detector.stars();
  MeasureCounts counts;
  counts.psf_candidates = stars.candidates;
  std::vector<std::uint8_t> used(stars.stars.size(), 0);
  std::optional<psf::PsfModel> psf;
  if (stars.stars.size() >= static_cast<std::size_t>(config.psf.min_stars)) {
    PsfFit fit = fit_psf(stars.stars, image.box(), config.psf.degree);
    if (fit.stars >= std::min(3, config.psf.min_stars)) {
      counts.psf_stars = fit.stars;
      used = fit.used;
      psf = std::move(fit.model);
    }
  }
  if (!psf) psf = analytic_psf(stars.fwhm, config.psf);
  execution.check_stop();
  detector.second_pass(*psf);
  MeasureResult out = finish(detector, *psf, counts, kernels);
  flag_psf_stars(out.sources, stars.stars, used);
  return out;
}

MeasureResult detect_and_measure(const image::MaskedImageView& image, const psf::PsfModel& psf,
                                 const MeasureConfig& config, const Execution& execution,
                                 SourceKernels kernels) {
  validate(config);
  check_size(image);
  Detector detector(image, config, execution);
  if (config.background.mask_sources) detector.first_pass(psf);
  detector.second_pass(psf);
  return finish(detector, psf, {}, kernels);
}

SourceCatalog measure_footprints(const image::MaskedImageView& image,
                                 const std::vector<Footprint>& footprints,
                                 ImageView<const float> significance, const psf::PsfModel& psf,
                                 const MeasureConfig& config, const Execution& execution) {
  validate(config);
  const Image<MaskBits> mask = detail::working_mask(image, execution);
  const Image<float> sky = detail::subtracted(image.pixels, mask.view(), nullptr, execution);
  const Image<std::int32_t> labels = label_image(image.width(), image.height(), footprints);
  const PsfShape shape(psf, image.box());
  const MeasureInput input{.sky = {sky.view(), mask.view(), labels.view(), image::kUnusable},
                           .noise = {nullptr, image.variance, 0.0},
                           .psf = &psf,
                           .psf_shape = &shape,
                           .background = nullptr,
                           .config = &config};
  return detail::measure_all(input, footprints, significance, {}, execution).catalog;
}

}  // namespace skywright::measure
