#include "skywright/measure/detail/detector.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "skywright/base/error.h"
#include "skywright/measure/significance.h"

namespace skywright::measure::detail {
namespace {

using image::Image;
using image::ImageView;
using image::MaskBits;
using image::MaskPlane;

constexpr int kSourceMargin = 4;  // [pixel] around footprints, left out of the background
constexpr int kLargestFilterHalf = 10;
constexpr double kFilterPower = 0.997;  // share of sum p^2 that the PSF filter keeps
constexpr std::size_t kBandRows = 128;

// Sources that an earlier step marked are found anew.
constexpr MaskBits kOldSources = image::bits({MaskPlane::detected, MaskPlane::detected_negative});

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

}  // namespace

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

Image<float> subtracted(ImageView<const float> pixels, ImageView<const MaskBits> mask,
                        const SplineMesh* level, const Execution& execution, Image<float> reuse) {
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

Detector::Detector(const image::MaskedImageView& image, const MeasureConfig& config,
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

void Detector::first_pass(const std::optional<psf::PsfModel>& known) {
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

PsfStars Detector::stars() {
  draw_labels();
  return select_psf_stars(labelled(), noise(), footprints_.found, significance_.view(), kFirstFwhm,
                          config_, execution_);
}

void Detector::second_pass(const psf::PsfModel& psf) {
  if (config_.detection.filter == DetectFilter::psf)
    kernel_ = psf_filter(psf, image_.width(), image_.height());
  else if (config_.detection.filter == DetectFilter::gaussian &&
           config_.detection.filter_fwhm <= 0.0)
    kernel_ = image::gaussian_kernel(psf.fwhm({0.5 * image_.width(), 0.5 * image_.height()}));
  erase_labels();
  detect();
  draw_labels();
}

Measured Detector::measure(const psf::PsfModel& psf, SourceKernels kernels) const {
  const PsfShape shape(psf, image_.box());
  const MeasureInput input{.sky = labelled(),
                           .noise = noise(),
                           .psf = &psf,
                           .psf_shape = &shape,
                           .background = &background_.level,
                           .config = &config_};
  return measure_all(input, footprints_.found, significance_.view(), kernels, execution_);
}

void Detector::set_sky() {
  sky_ = subtracted(image_.pixels, mask_.view(), &background_.level, execution_, std::move(sky_));
  if (image_.variance.empty())
    sky_variance_ = mapped(background_.rms, [](float s) { return s * s; });
  else if (sky_variance_.width() == 0)
    sky_variance_ = median_mesh(image_.variance, mask_.view(), image::kUnusable,
                                config_.background.mesh, execution_);
  sigma_ = mapped(sky_variance_, [](float v) { return std::sqrt(std::max(v, 1e-30F)); });
}

void Detector::draw_labels() {
  if (labels_.empty()) labels_ = Image<std::int32_t>(image_.width(), image_.height());
  set_labels(labels_, footprints_.found, Labels::draw);
}

// Cheaper than a new image: only where footprints lie.
void Detector::erase_labels() {
  if (!labels_.empty()) set_labels(labels_, footprints_.found, Labels::erase);
}

void Detector::detect() {
  significance_ =
      sky_significance(sky_.view(), mask_.view(), image::kUnusable, sigma_, *kernel_,
                       config_.detection.noise_unit, execution_, std::move(significance_));
  footprints_ = find_footprints(significance_.view(), rules_of(config_.detection), execution_);
}

LabelledSky Detector::labelled() const {
  return {sky_.view(), mask_.view(), labels_.view(), image::kUnusable};
}

NoiseInput Detector::noise() const { return {&sky_variance_, image_.variance, config_.gain}; }

}  // namespace skywright::measure::detail
