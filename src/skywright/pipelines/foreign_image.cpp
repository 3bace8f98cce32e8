#include "skywright/pipelines/foreign_image.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/io/wcs_cards.h"
#include "skywright/measure/background.h"
#include "skywright/pipelines/any_image.h"
#include "skywright/pipelines/psf_hdu.h"

namespace skywright::pipelines {
namespace {

using image::Image;
using image::MaskBits;
using image::MaskPlane;

void require_size(const std::string& what, const Image<float>& found, const Image<float>& image) {
  if (found.width() == image.width() && found.height() == image.height()) return;
  throw InputError(what,
                   fmt::format("{} x {} pixels where the image has {} x {}", found.width(),
                               found.height(), image.width(), image.height()),
                   "give the file that belongs to the image");
}

std::optional<double> gain_of(const header::Header& header) {
  for (const char* key : {"GAIN", "EGAIN", "GAINA"}) {
    const std::optional<double> gain = header.number(key);
    if (gain && *gain > 0.0 && std::isfinite(*gain)) return gain;
  }
  return {};
}

void apply_mask_file(const std::string& file, OpenedImage& out) {
  const io::HduPath path = io::parse_hdu_path(file);
  const io::FitsImage mask = io::read_image(path.path, path.hdu);
  require_size(file, mask.pixels, out.exposure.image.pixels);
  for (std::size_t i = 0; i < mask.pixels.size(); ++i) {
    if (mask.pixels.data()[i] == 0.0F) continue;
    out.exposure.image.mask.data()[i] |= image::bit(MaskPlane::bad);
    ++out.masked;
  }
}

void apply_noise_file(const std::string& file, OpenedImage& out) {
  const io::HduPath path = io::parse_hdu_path(file);
  const io::FitsImage noise = io::read_image(path.path, path.hdu);
  require_size(file, noise.pixels, out.exposure.image.pixels);
  for (std::size_t i = 0; i < noise.pixels.size(); ++i) {
    const float n = noise.pixels.data()[i];
    const bool good = std::isfinite(n) && n > 0.0F;
    out.exposure.image.variance.data()[i] = good ? n * n : 0.0F;
    if (good) continue;
    out.exposure.image.mask.data()[i] |= image::bit(MaskPlane::bad);
    ++out.bad_noise;
  }
  out.noise_stated = true;
}

/// Of an image that brought its variance: what is no noise is bad.
void accept_variance(OpenedImage& out) {
  image::MaskedImage& im = out.exposure.image;
  for (std::size_t i = 0; i < im.variance.size(); ++i) {
    float& v = im.variance.data()[i];
    if (std::isfinite(v) && v > 0.0F) continue;
    v = 0.0F;
    im.mask.data()[i] |= image::bit(MaskPlane::bad);
    ++out.bad_noise;
  }
  out.noise_stated = true;
}

/// Level off, and the sky's variance in where none was stated.
void settle_background(OpenedImage& out, const Execution& execution) {
  image::MaskedImage& im = out.exposure.image;
  measure::BackgroundConfig config;
  config.mesh = std::clamp(std::min(im.width(), im.height()) / 4, 16, 128);
  const measure::Background background = measure::estimate_background(
      im.pixels.view(), im.mask.view(), image::kUnusable, config, execution);
  const auto nodes = background.level.nodes().pixels();
  const auto [low, high] = std::minmax_element(nodes.begin(), nodes.end());
  const bool bends = static_cast<double>(*high - *low) > 2.0 * background.global_rms;
  out.background = background.global_level;
  const std::optional<double> gain = out.noise_stated ? std::nullopt : gain_of(out.exposure.header);
  std::vector<float> level(static_cast<std::size_t>(im.width()),
                           static_cast<float>(background.global_level));
  std::vector<float> rms(level.size());
  for (int y = 0; y < im.height(); ++y) {
    if (bends) background.level.row(y, level);
    background.rms.row(y, rms);
    float* p = im.pixels.row(y);
    float* v = im.variance.row(y);
    for (std::size_t x = 0; x < level.size(); ++x) {
      p[x] -= level[x];
      if (out.noise_stated) continue;
      v[x] = rms[x] * rms[x];
      if (gain) v[x] += std::max(0.0F, p[x]) / static_cast<float>(*gain);
    }
  }
}

/// What a stranger's image lacks: variance, a level of zero, a mask of what was given beside it.
OpenedImage completed(AnyImage any, const ImageFiles& files, const Execution& execution) {
  OpenedImage out;
  out.name = files.image;
  out.exposure = std::move(any.exposure);
  image::MaskedImage& im = out.exposure.image;
  if (im.variance.empty())
    im.variance = Image<float>(im.width(), im.height());
  else
    accept_variance(out);
  if (!files.noise.empty()) apply_noise_file(files.noise, out);
  if (!files.mask.empty()) apply_mask_file(files.mask, out);
  for (std::size_t i = 0; i < im.pixels.size(); ++i) {
    if (std::isfinite(im.pixels.data()[i])) continue;
    im.pixels.data()[i] = 0.0F;
    ++out.not_finite;
  }
  if (out.not_finite == im.pixels.size())
    throw InputError(files.image, "no pixel is finite", "give an image with data");
  settle_background(out, execution);
  return out;
}

}  // namespace

void measure_noise(OpenedImage& opened, const image::MaskedImageView& twin) {
  if (opened.ours) return;
  const image::MaskedImageView image = opened.exposure.image.view();
  // A coarse level comes off first, so that gradients do not pass for correlation.
  const int box = std::clamp(std::min(image.width(), image.height()) / 4, 16, 64);
  const image::NoiseMeasurementConfig config{.background_box = box};
  opened.exposure.noise = twin.pixels.empty()
                              ? image::measure_noise_correlation(image, config)
                              : image::measure_noise_correlation(image, twin, config);
  // A sky that scatters by less than a tenth of the noise that was told does not hold that noise.
  constexpr double kLeastShare = 0.01;
  if (opened.noise_stated && !(opened.exposure.noise.variance_scale > kLeastShare))
    opened.exposure.noise = {};
}

OpenedImage open_image(Exposure exposure, const std::string& name, Origin origin,
                       const Execution& execution) {
  image::MaskedImage& im = exposure.image;
  if (im.mask.empty()) im.mask = Image<MaskBits>(im.width(), im.height());
  if (origin == Origin::stranger) {
    mask_missing(im.pixels, im.mask);
    return completed({.exposure = std::move(exposure), .is_plain = true}, {.image = name},
                     execution);
  }
  OpenedImage out{
      .name = name, .exposure = std::move(exposure), .ours = true, .noise_stated = true};
  if (!out.exposure.header.contains("SKYLEVEL")) settle_background(out, execution);
  return out;
}

OpenedImage open_image(const ImageFiles& files, const Execution& execution) {
  AnyImage any = read_any_image(files.image);
  OpenedImage out;
  if (any.is_plain) {
    out = completed(std::move(any), files, execution);
  } else {
    out.name = files.image;
    out.exposure = std::move(any.exposure);
    out.ours = true;
    out.noise_stated = true;
    if (!files.noise.empty()) apply_noise_file(files.noise, out);
    if (!files.mask.empty()) apply_mask_file(files.mask, out);
    // Detrended frames still have their sky; those of the night say what was taken off.
    if (!out.exposure.header.contains("SKYLEVEL")) settle_background(out, execution);
  }
  if (!files.psf.empty()) out.exposure.psf = read_psf(files.psf);
  return out;
}

}  // namespace skywright::pipelines
