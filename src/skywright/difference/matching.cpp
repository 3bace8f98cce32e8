#include "skywright/difference/matching.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "skywright/base/vector_clones.h"
#include "skywright/difference/noise_power.h"
#include "skywright/image/dilate.h"
#include "skywright/math/statistics.h"
#include "skywright/measure/spline_mesh.h"

namespace skywright::difference {
namespace {

using image::MaskBits;
using image::MaskedImage;
using image::MaskedImageView;
using image::MaskPlane;
using image::NoiseCorrelation;

constexpr int kLargestFixedHalf = 20;  ///< of a PSF used as a kernel [pixel]

double sigma_of(const psf::PsfModel& psf, PixelPosition where) {
  return psf.fwhm(where) / 2.354820045;
}

/// The middle of a PSF as a kernel of unit sum.
Image<float> as_kernel(const psf::PsfModel& psf, PixelPosition where) {
  const Image<float> full = psf.centred_image(where);
  const int half = std::min(kLargestFixedHalf, full.width() / 2);
  const int cut = full.width() / 2 - half;
  Image<float> out(full.view().part({cut, cut, 2 * half + 1, 2 * half + 1}));
  double sum = 0.0;
  for (const float v : out.pixels()) sum += static_cast<double>(v);
  for (float& v : out.pixels()) v = static_cast<float>(static_cast<double>(v) / sum);
  return out;
}

/// Unusable bits spread over a kernel's core, or over all of it where nothing was put in the place
/// of the pixel: what the light of a saturated star would have been has no bound. The other bits
/// stay where they are. EDGE where the kernel reaches over the border.
Image<MaskBits> spread_mask(image::ImageView<const MaskBits> mask, int core, int half,
                            const Execution& execution) {
  constexpr MaskBits kReplaced = image::bit(MaskPlane::interpolated);
  Image<MaskBits> out(mask);
  image::spread_bits(mask, {.bits = image::kUnusable, .bars = kReplaced, .half = half}, out.view(),
                     execution);
  image::spread_bits(mask, {.bits = image::kUnusable, .needs = kReplaced, .half = core}, out.view(),
                     execution);
  constexpr MaskBits kEdge = image::bit(MaskPlane::edge);
  for (int y = 0; y < mask.height(); ++y) {
    const bool rim = y < half || y >= mask.height() - half;
    const int left = rim ? mask.width() : std::min(half, mask.width());
    for (int x = 0; x < left; ++x) out(x, y) |= kEdge;
    for (int x = std::max(left, mask.width() - half); x < mask.width(); ++x) out(x, y) |= kEdge;
  }
  return out;
}

MaskedImage filtered(const MaskedImageView& in, const MatchingKernel& kernel,
                     const NoiseCorrelation& noise, const Execution& execution) {
  MaskedImage out(convolve(in.pixels, kernel, execution),
                  convolve_variance(in.variance, kernel, execution), Image<MaskBits>());
  // Correlated noise adds up differently under a kernel than the squared weights say.
  const Image<float> middle = kernel.at({kernel.domain().x0 + 0.5 * kernel.domain().width,
                                         kernel.domain().y0 + 0.5 * kernel.domain().height});
  out.mask = spread_mask(in.mask, core_half(middle, 0.98), kernel.side() / 2, execution);
  double scale = noise.variance_scale;
  if (!noise.independent()) {
    double power = 0.0;
    for (const float v : middle.pixels()) power += static_cast<double>(v) * static_cast<double>(v);
    scale = image::convolved_noise_correlation(noise, middle, 0).variance_scale / power;
  }
  for (float& v : out.variance.pixels()) v *= static_cast<float>(scale);
  return out;
}

MatchingKernel constant_kernel(const Box& domain, Image<float> image) {
  std::vector<Image<float>> one;
  one.push_back(std::move(image));
  return MatchingKernel(domain, 0, std::move(one));
}

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

/// Of a cell's pixels, every second along x and y: those of the difference where neither image
/// stands off its own median there. Of both signs, or the noise that the difference shares with an
/// image would be cut on one side only. Pixels without variance hold no value. The model is what
/// the target and the difference leave of it, but for the background, which is a level within a
/// cell.
/// @param factor of the difference, sign included
void append_quiet(const MaskedImage& difference, const MaskedImageView& unconvolved, float factor,
                  const Box& box, std::vector<float>& values) {
  struct Sample {
    float difference, target, model, sigma;
  };
  std::vector<Sample> samples;
  std::vector<float> target;
  std::vector<float> model;
  for (int y = box.y0; y < box.y_end(); y += 2)
    for (int x = box.x0; x < box.x_end(); x += 2) {
      if (!(difference.variance(x, y) > 0.0F)) continue;
      target.push_back(unconvolved.pixels(x, y));
      model.push_back(target.back() - difference.pixels(x, y) / factor);
      samples.push_back({difference.pixels(x, y), target.back(), model.back(),
                         std::sqrt(difference.variance(x, y)) / std::abs(factor)});
    }
  if (samples.empty()) return;
  const auto target_sky = static_cast<float>(math::median(target));
  const auto model_sky = static_cast<float>(math::median(model));
  for (const Sample& p : samples)
    if (std::abs(p.target - target_sky) < 2.5F * p.sigma &&
        std::abs(p.model - model_sky) < 2.5F * p.sigma)
      values.push_back(p.difference);
}

/// Cells of a mesh along an axis. Four where they have room, since the median of neighbours that
/// smooths the mesh would make one level of two by two.
int mesh_cells(int size, int cell) {
  constexpr int kFewest = 4;
  constexpr int kSmallest = 32;  // [pixel]
  return std::max({1, (size + cell / 2) / cell, std::min(kFewest, size / kSmallest)});
}

/// Take off the median of the difference beside sources in cells, smoothly between them.
/// @param kernel by whose sum the difference was divided, and turned round; null where it was not
void subtract_mesh(MaskedImage& image, const MaskedImageView& target, const MatchingKernel* kernel,
                   int cell) {
  const int nx = mesh_cells(image.width(), cell);
  const int ny = mesh_cells(image.height(), cell);
  Image<float> level(nx, ny);
  std::vector<float> all;
  std::vector<float> values;
  for (int j = 0; j < ny; ++j) {
    for (int i = 0; i < nx; ++i) {
      values.clear();
      const int x0 = image.width() * i / nx;
      const int y0 = image.height() * j / ny;
      const Box box{x0, y0, image.width() * (i + 1) / nx - x0, image.height() * (j + 1) / ny - y0};
      const auto factor = kernel == nullptr
                              ? 1.0F
                              : static_cast<float>(-1.0 / kernel->sum_at({x0 + 0.5 * box.width,
                                                                          y0 + 0.5 * box.height}));
      append_quiet(image, target, factor, box, values);
      const bool enough =
          16 * values.size() >= static_cast<std::size_t>(box.width * box.height) / 4;
      level(i, j) = enough ? static_cast<float>(math::median(values)) : NAN;
      if (enough) all.push_back(level(i, j));
    }
  }
  const auto fallback = all.empty() ? 0.0F : static_cast<float>(math::median(all));
  Image<float> nodes(nx, ny);
  for (int j = 0; j < ny; ++j) {
    for (int i = 0; i < nx; ++i) {
      // The median of a cell and its neighbours: one extended residual does not dig a hole.
      values.clear();
      for (int v = std::max(0, j - 1); v <= std::min(ny - 1, j + 1); ++v)
        for (int u = std::max(0, i - 1); u <= std::min(nx - 1, i + 1); ++u)
          if (std::isfinite(level(u, v))) values.push_back(level(u, v));
      nodes(i, j) = values.empty() ? fallback : static_cast<float>(math::median(values));
    }
  }
  const measure::SplineMesh mesh(image.width(), image.height(), std::move(nodes));
  std::vector<float> row(static_cast<std::size_t>(image.width()));
  for (int y = 0; y < image.height(); ++y) {
    mesh.row(y, row);
    float* p = image.pixels.row(y);
    for (int x = 0; x < image.width(); ++x) p[x] -= row[static_cast<std::size_t>(x)];
  }
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
