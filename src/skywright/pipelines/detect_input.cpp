#include <cmath>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/pipelines/detect_image.h"

namespace skywright::pipelines {
namespace {

using image::Image;
using image::ImageView;
using image::MaskBits;
using image::MaskPlane;

void require_same_size(const image::Box& have, const image::Box& image, const std::string& what) {
  if (have == image) return;
  throw InputError(what,
                   fmt::format("it has {} x {} pixels and the image {} x {}", have.width,
                               have.height, image.width, image.height),
                   "give one of the image's size");
}

/// Noise of a PSF flux over that of independent pixels: the correlation against the PSF's own
/// autocorrelation.
double flux_noise_factor(const image::NoiseCorrelation& noise, const psf::PsfModel& psf) {
  const Image<float> p = psf.centred_image({0.0, 0.0});
  const int half = noise.half();
  double sum = 0.0;
  double own = 0.0;
  for (int dy = -half; dy <= half; ++dy)
    for (int dx = -half; dx <= half; ++dx) {
      double overlap = 0.0;
      for (int y = std::max(0, -dy); y < std::min(p.height(), p.height() - dy); ++y)
        for (int x = std::max(0, -dx); x < std::min(p.width(), p.width() - dx); ++x)
          overlap += static_cast<double>(p(x, y)) * static_cast<double>(p(x + dx, y + dy));
      const double correlation =
          noise.independent() ? 1.0 : static_cast<double>(noise.lags(dx + half, dy + half));
      sum += overlap * correlation;
      if (dx == 0 && dy == 0) own = overlap;
    }
  return own > 0.0 && sum > 0.0 ? std::sqrt(noise.variance_scale * sum / own) : 1.0;
}

}  // namespace

DetectInput::DetectInput(const image::MaskedImageView& borrowed)
    : pixels_(borrowed.pixels), variance_(borrowed.variance), mask_(borrowed.mask) {
  if (!mask_.empty()) return;
  own_mask_ = Image<MaskBits>(pixels_.width(), pixels_.height());
  mask_ = own_mask_.view();
}

DetectInput::DetectInput(Image<float> pixels, Image<float> variance, Image<MaskBits> mask)
    : own_pixels_(std::move(pixels)),
      own_variance_(std::move(variance)),
      own_mask_(std::move(mask)),
      pixels_(own_pixels_.view()),
      variance_(own_variance_.view()),
      mask_(own_mask_.view()) {}

Image<MaskBits>& DetectInput::own_mask() {
  if (own_mask_.empty()) own_mask_ = Image<MaskBits>(mask_);
  mask_ = own_mask_.view();
  return own_mask_;
}

void DetectInput::add_weight(Image<float> weight, WeightType type, const std::string& name,
                             const measure::BackgroundConfig& background,
                             const Execution& execution) {
  require_same_size(weight.box(), pixels_.box(), name);
  Image<MaskBits>& mask = own_mask();
  double scale = 1.0;
  for (std::size_t i = 0; i < weight.size(); ++i) {
    float& w = weight.data()[i];
    if (!(w > 0.0F) || !std::isfinite(w)) {
      mask.data()[i] |= bit(MaskPlane::no_data);
      w = 1.0F;
    }
    if (type == WeightType::rms) w *= w;
    if (type == WeightType::weight) w = 1.0F / w;
  }
  if (type == WeightType::weight) {
    // Only ratios of weights mean something: the background's noise sets their scale.
    const auto sky =
        measure::estimate_background(pixels_, mask_, image::kUnusable, background, execution);
    const auto relative =
        measure::median_mesh(weight.view(), mask_, image::kUnusable, background.mesh, execution);
    scale = sky.global_rms * sky.global_rms / relative.median();
  }
  for (float& w : weight.pixels()) w = static_cast<float>(static_cast<double>(w) * scale);
  own_variance_ = std::move(weight);
  variance_ = own_variance_.view();
}

void DetectInput::add_mask(ImageView<const float> mask, const std::string& name) {
  require_same_size(mask.box(), pixels_.box(), name);
  Image<MaskBits>& own = own_mask();
  for (int y = 0; y < mask.height(); ++y)
    for (int x = 0; x < mask.width(); ++x)
      if (mask(x, y) != 0.0F) own(x, y) |= bit(MaskPlane::bad);
}

void DetectInput::add_saturation(double level) {
  Image<MaskBits>& own = own_mask();
  for (int y = 0; y < own.height(); ++y)
    for (int x = 0; x < own.width(); ++x)
      if (static_cast<double>(pixels_(x, y)) >= level) own(x, y) |= bit(MaskPlane::saturated);
}

void DetectInput::add_noise_correlation(const image::NoiseCorrelation& noise,
                                        const psf::PsfModel* psf) {
  if (noise.independent() && noise.variance_scale == 1.0) return;
  noise_factor = flux_noise_factor(noise, psf != nullptr ? *psf : psf::gaussian_psf(3.0, 21));
}

}  // namespace skywright::pipelines
