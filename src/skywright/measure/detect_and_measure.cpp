#include "skywright/measure/detect_and_measure.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "skywright/base/error.h"
#include "skywright/image/convolve.h"
#include "skywright/math/point_index.h"
#include "skywright/measure/detail/catalog_builder.h"
#include "skywright/measure/psf_stars.h"
#include "skywright/measure/significance.h"

namespace skywright::measure {
namespace {

using image::Image;
using image::ImageView;
using image::MaskBits;
using image::MaskPlane;

constexpr double kFirstFwhm = 3.0;  // [pixel], of the first filter where none is given
constexpr int kSourceMargin = 4;    // [pixel] around footprints, left out of the background
constexpr int kLargestFilterHalf = 10;
constexpr double kFilterPower = 0.997;  // share of sum p^2 that the PSF filter keeps
constexpr std::size_t kBandRows = 128;

// Sources that an earlier step marked are found anew.
constexpr MaskBits kOldSources = image::bits({MaskPlane::detected, MaskPlane::detected_negative});

// The image's mask with what is not finite marked as such.
Image<MaskBits> working_mask(const image::MaskedImageView& image, const Execution& execution) {
  auto out = Image<MaskBits>::uninitialised(image.width(), image.height());
  const auto view = out.view();
  const auto rows = static_cast<std::size_t>(image.height());
  execution.for_chunks(rows, kBandRows, [&](std::size_t begin, std::size_t end) {
    for (int y = static_cast<int>(begin); y < static_cast<int>(end); ++y) {
      const float* p = image.pixels.row(y);
      const float* v = image.variance.empty() ? nullptr : image.variance.row(y);
      const MaskBits* m = image.mask.empty() ? nullptr : image.mask.row(y);
      MaskBits* to = view.row(y);
      for (int x = 0; x < image.width(); ++x) {
        // x - x is 0 for finite numbers only; a variance that is not positive is no variance.
        const bool good = p[x] - p[x] == 0.0F;
        to[x] =
            (m == nullptr ? 0U : m[x] & ~kOldSources) | (good ? 0U : bit(MaskPlane::not_finite));
      }
      if (v != nullptr)
        for (int x = 0; x < image.width(); ++x)
          if (!(v[x] > 0.0F && v[x] - v[x] == 0.0F)) to[x] |= bit(MaskPlane::no_data);
    }
  });
  return out;
}

// Pixels less the background, zero where they cannot be used.
Image<float> subtracted(ImageView<const float> pixels, ImageView<const MaskBits> mask,
                        const SplineMesh* level, const Execution& execution,
                        Image<float> reuse = {}) {
  Image<float> out = std::move(reuse);
  if (out.box() != pixels.box()) out = Image<float>::uninitialised(pixels.width(), pixels.height());
  const auto view = out.view();
  const auto rows = static_cast<std::size_t>(pixels.height());
  execution.for_chunks(rows, kBandRows, [&](std::size_t begin, std::size_t end) {
    std::vector<float> sky(static_cast<std::size_t>(pixels.width()), 0.0F);
    for (int y = static_cast<int>(begin); y < static_cast<int>(end); ++y) {
      if (level != nullptr) level->row(y, sky);
      const float* from = pixels.row(y);
      const MaskBits* bits = mask.row(y);
      float* to = view.row(y);
      for (int x = 0; x < pixels.width(); ++x) {
        const float v = from[x] - sky[static_cast<std::size_t>(x)];
        to[x] = (bits[x] & image::kUnusable) != 0 ? 0.0F : v;
      }
    }
  });
  return out;
}

// A mesh of `f` of another's nodes.
template <class F>
SplineMesh mapped(const SplineMesh& mesh, const F& f) {
  Image<float> nodes = mesh.nodes();
  for (float& v : nodes.pixels()) v = f(v);
  return {mesh.width(), mesh.height(), std::move(nodes)};
}

// The PSF at the field's middle, cut to the side that holds nearly all of its power.
image::Kernel psf_filter(const psf::PsfModel& psf, int width, int height) {
  const Image<float> stamp = psf.centred_image({0.5 * width, 0.5 * height});
  const int middle = stamp.width() / 2;
  double total = 0.0;
  for (const float p : stamp.pixels()) total += static_cast<double>(p) * static_cast<double>(p);
  for (int half = std::min(2, middle);; ++half) {
    const image::Box box = image::square_around(middle, middle, half);
    const ImageView<const float> part = stamp.view().part(box);
    double power = 0.0;
    for (int y = 0; y < part.height(); ++y)
      for (int x = 0; x < part.width(); ++x)
        power += static_cast<double>(part(x, y)) * static_cast<double>(part(x, y));
    if (power >= kFilterPower * total || half == middle || half == kLargestFilterHalf) {
      const image::Kernel kernel{Image<float>(part)};
      return kernel.scaled(1.0 / kernel.sum());
    }
  }
}

std::optional<image::Kernel> fixed_filter(const DetectConfig& config) {
  if (config.filter == DetectFilter::none) return image::Kernel(Image<float>(1, 1, 1.0F));
  if (config.filter == DetectFilter::gaussian && config.filter_fwhm > 0.0)
    return image::gaussian_kernel(config.filter_fwhm);
  if (config.filter != DetectFilter::kernel) return {};
  const auto side =
      static_cast<int>(std::lround(std::sqrt(static_cast<double>(config.filter_kernel.size()))));
  Image<float> weights(side, side);
  for (std::size_t i = 0; i < weights.size(); ++i)
    weights.data()[i] = static_cast<float>(config.filter_kernel[i]);
  const image::Kernel kernel(std::move(weights));
  const double sum = kernel.sum();
  // A kernel of zero sum (a Mexican hat) keeps its scale.
  return std::abs(sum) > 1e-6 ? kernel.scaled(1.0 / sum) : kernel;
}

FootprintRules rules_of(const DetectConfig& config) {
  return {.threshold = config.threshold,
          .extent = std::min(config.extent, config.threshold),
          .min_area = config.min_area,
          .polarity = config.polarity};
}

// Marks footprints and a margin, so that the background is measured beside the sources.
void mark_sources(Image<MaskBits>& mask, const std::vector<Footprint>& footprints) {
  for (const Footprint& f : footprints)
    for (const Span& span : f.spans) {
      const int x0 = std::max(0, span.x0 - kSourceMargin);
      const int x1 = std::min(mask.width(), span.x1 + kSourceMargin);
      const int y1 = std::min(mask.height() - 1, span.y + kSourceMargin);
      for (int y = std::max(0, span.y - kSourceMargin); y <= y1; ++y) {
        MaskBits* row = mask.row(y);
        for (int x = x0; x < x1; ++x) row[x] |= bit(MaskPlane::detected);
      }
    }
}

class Detector {
 public:
  Detector(const image::MaskedImageView& image, const MeasureConfig& config,
           const Execution& execution)
      : image_(image),
        config_(config),
        execution_(execution),
        mask_(working_mask(image, execution)),
        background_(estimate_background(image.pixels, mask_.view(), image::kUnusable,
                                        config.background, execution)) {
    if (!(background_.global_rms > 0.0) && image.variance.empty())
      throw InputError("no noise can be measured", "the image is the same everywhere",
                       "give an image with noise, or its variance");
    set_sky();
  }

  // Footprints through the first filter, and with them the background beside the sources.
  void first_pass(const std::optional<psf::PsfModel>& known) {
    kernel_ = fixed_filter(config_.detection);
    if (!kernel_ && known) kernel_ = psf_filter(*known, image_.width(), image_.height());
    if (!kernel_) kernel_ = image::gaussian_kernel(kFirstFwhm);
    detect();
    if (config_.background.mask_sources) {
      mark_sources(mask_, footprints_.found);
      background_ = estimate_background(image_.pixels, mask_.view(),
                                        image::kUnusable | bit(MaskPlane::detected),
                                        config_.background, execution_);
      set_sky();
    }
  }

  [[nodiscard]] PsfStars stars() {
    draw_labels();
    return select_psf_stars(labelled(), noise(), footprints_.found, significance_.view(),
                            kFirstFwhm, config_, execution_);
  }

  // Footprints through the final filter.
  void second_pass(const psf::PsfModel& psf) {
    if (config_.detection.filter == DetectFilter::psf)
      kernel_ = psf_filter(psf, image_.width(), image_.height());
    else if (config_.detection.filter == DetectFilter::gaussian &&
             config_.detection.filter_fwhm <= 0.0)
      kernel_ = image::gaussian_kernel(psf.fwhm({0.5 * image_.width(), 0.5 * image_.height()}));
    erase_labels();
    detect();
    draw_labels();
  }

  [[nodiscard]] detail::Measured measure(const psf::PsfModel& psf, SourceKernels kernels) const {
    const PsfShape shape(psf, image_.box());
    const MeasureInput input{.sky = labelled(),
                             .noise = noise(),
                             .psf = &psf,
                             .psf_shape = &shape,
                             .background = &background_.level,
                             .config = &config_};
    return detail::measure_all(input, footprints_.found, significance_.view(), kernels, execution_);
  }

  [[nodiscard]] Background& background() { return background_; }
  [[nodiscard]] Footprints& footprints() { return footprints_; }

 private:
  void set_sky() {
    sky_ = subtracted(image_.pixels, mask_.view(), &background_.level, execution_, std::move(sky_));
    if (image_.variance.empty())
      sky_variance_ = mapped(background_.rms, [](float s) { return s * s; });
    else if (sky_variance_.width() == 0)
      sky_variance_ = median_mesh(image_.variance, mask_.view(), image::kUnusable,
                                  config_.background.mesh, execution_);
    sigma_ = mapped(sky_variance_, [](float v) { return std::sqrt(std::max(v, 1e-30F)); });
  }

  void draw_labels() {
    if (labels_.empty()) labels_ = Image<std::int32_t>(image_.width(), image_.height());
    set_labels(labels_, footprints_.found, Labels::draw);
  }
  // Cheaper than a new image: only where footprints lie.
  void erase_labels() {
    if (!labels_.empty()) set_labels(labels_, footprints_.found, Labels::erase);
  }

  void detect() {
    significance_ =
        sky_significance(sky_.view(), mask_.view(), image::kUnusable, sigma_, *kernel_,
                         config_.detection.noise_unit, execution_, std::move(significance_));
    footprints_ = find_footprints(significance_.view(), rules_of(config_.detection), execution_);
  }

  [[nodiscard]] LabelledSky labelled() const {
    return {sky_.view(), mask_.view(), labels_.view(), image::kUnusable};
  }
  [[nodiscard]] NoiseInput noise() const { return {&sky_variance_, image_.variance, config_.gain}; }

  image::MaskedImageView image_;
  const MeasureConfig& config_;
  const Execution& execution_;
  Image<MaskBits> mask_;
  Background background_;
  Image<float> sky_;
  SplineMesh sky_variance_;
  SplineMesh sigma_;
  std::optional<image::Kernel> kernel_;
  Image<float> significance_;
  Footprints footprints_;
  Image<std::int32_t> labels_;
};

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
  const double width = fwhm > 0.0 ? fwhm : kFirstFwhm;
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
  const Image<MaskBits> mask = working_mask(image, execution);
  const Image<float> sky = subtracted(image.pixels, mask.view(), nullptr, execution);
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
