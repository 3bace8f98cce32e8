#include "skywright/difference/matching.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "skywright/base/vector_clones.h"
#include "skywright/difference/detail/filtered.h"
#include "skywright/difference/detail/level.h"
#include "skywright/difference/noise_power.h"

namespace skywright::difference {
namespace {

using detail::as_kernel;
using detail::constant_kernel;
using detail::filtered;
using detail::subtract_mesh;
using image::MaskBits;
using image::MaskedImage;
using image::MaskedImageView;
using image::MaskPlane;
using image::NoiseCorrelation;

/// A piece of a row of a difference in the making.
struct Piece {
  const float* target_pixels;
  const float* target_variance;
  const MaskBits* target_mask;
  float* pixels;    ///< of the model, then of the difference
  float* variance;  ///< likewise
  MaskBits* mask;   ///< likewise
  int count;
  float scale;   ///< of the target's variance
  float factor;  ///< of the difference
  double background, slope;
};

SKYWRIGHT_VECTOR_CLONES
void subtract_piece(const Piece& p) {
  constexpr MaskBits kEdge = image::bit(MaskPlane::edge);
  const float scale = p.scale;
  const float factor = p.factor;
  for (int i = 0; i < p.count; ++i) {
    const auto background = static_cast<float>(p.background + p.slope * i);
    const MaskBits mask = p.target_mask[i] | p.mask[i];
    const float variance = p.target_variance[i] * scale + p.variance[i];
    const bool usable =
        ((mask & image::kUnusable) == 0) & (variance > 0.0F) & ((p.mask[i] & kEdge) == 0);
    const float value = (p.target_pixels[i] - p.pixels[i] - background) * factor;
    p.pixels[i] = usable ? value : 0.0F;
    p.variance[i] = usable ? variance * factor * factor : 0.0F;
    p.mask[i] = mask;
  }
}

/// What is not convolved by the fitted kernel.
struct Target {
  MaskedImageView image;
  double variance_scale = 1.0;
};

/// Make of `model`, the convolved source, the difference: target - model - background, over the
/// kernel's sum where the science was convolved; signs as science - reference.
void subtract_from(const Target& target, MaskedImage& model, const MatchedDifference& fit,
                   bool science_is_target, const Execution& execution) {
  const int width = model.width();
  const auto scale = static_cast<float>(target.variance_scale);
  execution.for_chunks(
      static_cast<std::size_t>(model.height()), 64, [&](std::size_t y0, std::size_t y1) {
        for (int y = static_cast<int>(y0); y < static_cast<int>(y1); ++y) {
          // Along a row the background is a polynomial: every 16th column exactly, lines between.
          constexpr int kStep = 16;
          double left = fit.background.at(0.0, y);
          for (int x0 = 0; x0 < width; x0 += kStep) {
            const double right = fit.background.at(x0 + kStep, y);
            const double sum = science_is_target
                                   ? 1.0
                                   : fit.kernel.sum_at({x0 + 0.5 * kStep, static_cast<double>(y)});
            subtract_piece({.target_pixels = target.image.pixels.row(y) + x0,
                            .target_variance = target.image.variance.row(y) + x0,
                            .target_mask = target.image.mask.row(y) + x0,
                            .pixels = model.pixels.row(y) + x0,
                            .variance = model.variance.row(y) + x0,
                            .mask = model.mask.row(y) + x0,
                            .count = std::min(kStep, width - x0),
                            .scale = scale,
                            .factor = static_cast<float>((science_is_target ? 1.0 : -1.0) / sum),
                            .background = left,
                            .slope = (right - left) / kStep});
            left = right;
          }
        }
      });
}

double sigma_of(const psf::PsfModel& psf, PixelPosition where) {
  return psf.fwhm(where) / 2.354820045;
}

void zero_unusable(MaskedImage& image) {
  for (std::size_t i = 0; i < image.pixels.size(); ++i)
    if (!(image.variance.pixels()[i] > 0.0F)) image.pixels.pixels()[i] = 0.0F;
}

void report_kernel_sum(MatchedDifference& d, const Box& box) {
  std::vector<double> sums;
  for (int j = 0; j < 5; ++j)
    for (int i = 0; i < 5; ++i)
      sums.push_back(d.kernel.sum_at({box.width * (i + 0.5) / 5.0, box.height * (j + 0.5) / 5.0}));
  double mean = 0.0;
  for (const double s : sums) mean += s / 25.0;
  double square = 0.0;
  for (const double s : sums) square += (s - mean) * (s - mean) / 25.0;
  d.report.kernel_sum = mean;
  d.report.kernel_sum_spread = std::sqrt(square) / std::abs(mean);
}

}  // namespace

double sharpening(const psf::PsfModel& a, const psf::PsfModel& b, PixelPosition where) {
  const math::RealFft2d fft(64, 64);
  const Spectrum sa = spectrum_of(fft, as_kernel(a, where));
  const Spectrum sb = spectrum_of(fft, as_kernel(b, where));
  double largest = 0.0;
  for (std::size_t i = 0; i < sa.size(); ++i) {
    const auto mb = static_cast<double>(std::abs(sb[i]));
    if (mb > 0.05) largest = std::max(largest, static_cast<double>(std::abs(sa[i])) / mb);
  }
  return largest;
}

Convolve choose_convolution(const psf::PsfModel& science, const psf::PsfModel& reference,
                            PixelPosition where) {
  constexpr double kTolerable = 1.3;  // sharpening that a narrow kernel does without ringing
  const double of_reference = sharpening(science, reference, where);
  const double of_science = sharpening(reference, science, where);
  if (std::min(of_reference, of_science) > kTolerable) return Convolve::both;
  return of_reference <= of_science ? Convolve::reference : Convolve::science;
}

std::unique_ptr<MatchedDifference> match_and_subtract(
    const MaskedImageView& science, const psf::PsfModel& science_psf,
    const MaskedImageView& reference, const psf::PsfModel& reference_psf,
    const NoiseCorrelation& science_noise, const NoiseCorrelation& reference_noise,
    const KernelConfig& config, const Execution& execution) {
  auto out = std::make_unique<MatchedDifference>();
  const Box box = science.box();
  const PixelPosition middle{0.5 * box.width, 0.5 * box.height};
  Convolve convolve_which = config.convolve;
  if (convolve_which == Convolve::automatic)
    convolve_which = choose_convolution(science_psf, reference_psf, middle);
  out->report.convolved = convolve_which;
  const bool both = convolve_which == Convolve::both;
  const bool science_is_target = convolve_which != Convolve::science;

  // Both: each with the other's PSF first, so that no image is ever sharpened.
  MaskedImage science_filtered;
  MaskedImage reference_filtered;
  NoiseCorrelation target_noise = science_is_target ? science_noise : reference_noise;
  NoiseCorrelation source_noise = science_is_target ? reference_noise : science_noise;
  if (both) {
    out->raw.science.fixed = as_kernel(reference_psf, middle);
    out->raw.reference.fixed = as_kernel(science_psf, middle);
    science_filtered =
        filtered(science, constant_kernel(box, out->raw.science.fixed), science_noise, execution);
    reference_filtered = filtered(reference, constant_kernel(box, out->raw.reference.fixed),
                                  reference_noise, execution);
    target_noise = {};
    source_noise = image::convolved_noise_correlation(reference_noise, out->raw.reference.fixed, 8);
    source_noise.variance_scale = 1.0;
  }
  const MaskedImageView s = both ? science_filtered.view() : science;
  const MaskedImageView r = both ? reference_filtered.view() : reference;
  const MaskedImageView target = science_is_target ? s : r;
  const MaskedImageView source = science_is_target ? r : s;

  const double ss = sigma_of(science_psf, middle);
  const double sr = sigma_of(reference_psf, middle);
  const double broaden = both ? 0.0 : std::sqrt(std::abs(ss * ss - sr * sr));
  const std::vector<GaussianFamily> families = families_for(broaden);
  const int half =
      config.half > 0 ? config.half
                      : std::clamp(static_cast<int>(std::ceil(2.8 * families.back().sigma)), 6, 16);
  const KernelBasis basis(families, half);
  out->report.kernel_side = 2 * half + 1;
  const int stamp_half = std::max(half, static_cast<int>(std::ceil(3.5 * std::max(ss, sr)))) + 2;
  // Few bright sources: fainter ones, too, down to where noise would take over.
  constexpr std::size_t kEnough = 20;
  std::vector<Stamp> stamps;
  for (double snr = config.stamp_snr; stamps.size() < kEnough && snr >= 5.0; snr /= 2.0)
    stamps = choose_stamps(s, r,
                           {.half = stamp_half,
                            .peak_snr = snr,
                            .cells = std::clamp(box.width / (2 * stamp_half), 1, config.cells),
                            .per_cell = config.stamps_per_cell});
  const KernelFit fit = fit_kernel(target, source, basis, stamps,
                                   {.stamp_half = stamp_half,
                                    .spatial_degree = config.spatial_degree,
                                    .background_degree = config.background_degree,
                                    .reject_sigma = config.reject_sigma,
                                    .reject_iterations = config.reject_iterations},
                                   execution);
  out->kernel = fit.kernel;
  out->background = fit.background;
  out->report.stamps_found = static_cast<int>(stamps.size());
  out->report.stamps_used = fit.stamps_used;
  out->report.stamps_rejected = fit.stamps_rejected;
  out->report.spatial_degree = fit.spatial_degree;
  out->report.stamp_chi2 = fit.median_chi2;
  report_kernel_sum(*out, box);

  out->raw.image = filtered(source, out->kernel, source_noise, execution);
  if (both) reference_filtered = {};  // the source, which is done with
  subtract_from({target, target_noise.variance_scale}, out->raw.image, *out, science_is_target,
                execution);
  if (config.background_mesh > 0)
    subtract_mesh(out->raw.image, target, science_is_target ? nullptr : &out->kernel,
                  config.background_mesh);
  zero_unusable(out->raw.image);
  FilterChain& convolved = science_is_target ? out->raw.reference : out->raw.science;
  convolved.kernel = &out->kernel;
  convolved.unit_sum = !science_is_target;
  out->raw.divided_by_kernel_sum = !science_is_target;
  return out;
}

}  // namespace skywright::difference
