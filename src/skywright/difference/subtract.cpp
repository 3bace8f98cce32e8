#include "skywright/difference/subtract.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "skywright/base/error.h"
#include "skywright/base/vector_clones.h"
#include "skywright/difference/matching.h"
#include "skywright/math/statistics.h"
#include "skywright/psf/adaptive_moments.h"

namespace skywright::difference {
namespace {

using image::MaskBits;
using image::MaskedImage;
using image::MaskedImageView;
using image::MaskPlane;

SKYWRIGHT_VECTOR_CLONES
bool is_clean(const float* pixels, const float* variance, int count) {
  int bad = 0;
  for (int x = 0; x < count; ++x) {
    // v - v is 0 for finite numbers only.
    const int finite = pixels[x] - pixels[x] == 0.0F && variance[x] - variance[x] == 0.0F ? 1 : 0;
    bad |= finite & (variance[x] > 0.0F ? 1 : 0) ? 0 : 1;
  }
  return bad == 0;
}

/// A view as it is where all pixels are finite with a variance, else a copy with the others masked.
class CleanImage {
 public:
  explicit CleanImage(const MaskedImageView& in) : view_(in) {
    bool clean = true;
    for (int y = 0; y < in.height() && clean; ++y)
      clean = is_clean(in.pixels.row(y), in.variance.row(y), in.width());
    if (clean) return;
    copy_.emplace(Image<float>(in.pixels), Image<float>(in.variance), Image<MaskBits>(in.mask));
    for (std::size_t i = 0; i < copy_->pixels.size(); ++i) {
      float& p = copy_->pixels.pixels()[i];
      float& v = copy_->variance.pixels()[i];
      MaskBits& m = copy_->mask.pixels()[i];
      if (!std::isfinite(p)) m |= image::bit(MaskPlane::not_finite);
      if (!(v > 0.0F) || !std::isfinite(v)) m |= image::bit(MaskPlane::no_data);
      if (!std::isfinite(p)) p = 0.0F;
      if (!(v > 0.0F) || !std::isfinite(v)) v = 0.0F;
    }
    view_ = copy_->view();
  }
  [[nodiscard]] const MaskedImageView& view() const { return view_; }

 private:
  std::optional<MaskedImage> copy_;
  MaskedImageView view_;
};

/// A Gaussian as wide as the sharpest fifth of an image's bright sources: what can be said without
/// a PSF model. 3 pixels where there are none.
psf::PsfModel psf_from_sources(const MaskedImageView& image) {
  constexpr int kHalf = 12;
  const std::vector<Stamp> stamps =
      choose_stamps(image, image, {.half = kHalf, .peak_snr = 20.0, .cells = 8, .per_cell = 4});
  std::vector<double> sizes;
  for (const Stamp& s : stamps) {
    const Image<float> stamp(image.pixels.part(image::square_around(s.x, s.y, kHalf)));
    const psf::AdaptiveMoments m =
        psf::adaptive_moments(stamp, {}, {kHalf, kHalf}, 2.0, psf::Centre::free);
    if (m.converged) sizes.push_back(std::sqrt(0.5 * (m.moments.ixx + m.moments.iyy)));
  }
  const double sigma = sizes.empty() ? 3.0 / 2.3548 : math::quantile(sizes, 0.2);
  const double fwhm = std::clamp(2.3548 * sigma, 1.5, 15.0);
  return psf::gaussian_psf(fwhm, 2 * static_cast<int>(std::ceil(2.5 * fwhm)) + 1);
}

/// The scores of a block's pixels, every third in x and y, where both images are within 3 sigma of
/// their sky: the block's median, for images need not have their sky subtracted.
void append_quiet_scores(const Box& block, const Image<float>& score, const MaskedImage& difference,
                         const MaskedImageView& science, const MaskedImageView& reference,
                         std::vector<float>& values) {
  struct Place {
    int x, y;
  };
  std::vector<Place> places;
  std::vector<float> s;
  std::vector<float> r;
  for (int y = block.y0 + 1; y < block.y_end(); y += 3)
    for (int x = block.x0 + 1; x < block.x_end(); x += 3) {
      if (difference.variance(x, y) <= 0.0F || score(x, y) == 0.0F) continue;
      places.push_back({x, y});
      s.push_back(science.pixels(x, y));
      r.push_back(reference.pixels(x, y));
    }
  if (places.empty()) return;
  const auto science_sky = static_cast<float>(math::median(s));
  const auto reference_sky = static_cast<float>(math::median(r));
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto [x, y] = places[i];
    const float ds = s[i] - science_sky;
    const float dr = r[i] - reference_sky;
    if (ds * ds < 9.0F * science.variance(x, y) && dr * dr < 9.0F * reference.variance(x, y))
      values.push_back(score(x, y));
  }
}

/// Robust sigma of the score where neither image shows a source; 0 where there is no such pixel.
double scatter_off_sources(const Image<float>& score, const MaskedImage& difference,
                           const MaskedImageView& science, const MaskedImageView& reference) {
  constexpr int kBlock = 129;  // 43 x 43 samples: a median good to 3 % of the noise
  std::vector<float> values;
  for (int y = 0; y < score.height(); y += kBlock)
    for (int x = 0; x < score.width(); x += kBlock)
      append_quiet_scores(Box{x, y, kBlock, kBlock}.intersection(score.box()), score, difference,
                          science, reference, values);
  return values.empty() ? 0.0 : math::mad_sigma(values);
}

void mark_detections(MaskedImage& image, const DiaSources& sources) {
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const auto x = static_cast<int>(std::lround(sources.x[i]));
    const auto y = static_cast<int>(std::lround(sources.y[i]));
    const MaskBits bit = image::bit(sources.is_negative[i] != 0 ? MaskPlane::detected_negative
                                                                : MaskPlane::detected);
    const Box box = image::square_around(x, y, 2).intersection(image.box());
    for (int v = box.y0; v < box.y_end(); ++v)
      for (int u = box.x0; u < box.x_end(); ++u) image.mask(u, v) |= bit;
  }
}

}  // namespace

void describe(Fields& f, KernelConfig& c) {
  describe_choice(f, "convolve", c.convolve, {"automatic", "reference", "science", "both"},
                  "which image is convolved to match the other");
  f.whole("half", c.half, "half side of the kernel; 0: from the PSFs [pixel]",
          {.low = 0, .high = 30});
  f.whole("spatial_degree", c.spatial_degree, "degree of the kernel's variation over the image",
          {.low = 0, .high = 4});
  f.whole("background_degree", c.background_degree,
          "degree of the background fitted with the kernel", {.low = 0, .high = 4});
  f.whole("background_mesh", c.background_mesh,
          "side of cells whose median residual is taken off; 0: none [pixel]", {.low = 0});
  f.number("stamp_snr", c.stamp_snr, "lowest peak of a stamp's source [sigma]", {.above = 0});
  f.whole("stamps_per_cell", c.stamps_per_cell, "most stamps of a cell", {.low = 1});
  f.whole("cells", c.cells, "cells of stamps a side", {.low = 1, .high = 100});
  f.number("reject_sigma", c.reject_sigma,
           "distance from which stamps are left out [sigma of chi2]", {.above = 0});
  f.whole("reject_iterations", c.reject_iterations, "rounds of rejection", {.low = 0, .high = 20});
}

void describe(Fields& f, SubtractConfig& c) {
  describe_nested(f, "kernel", c.kernel, "the matching kernel");
  describe_nested(f, "sources", c.sources, "sources of the difference");
}

Difference subtract(const MaskedImageView& science_in, const psf::PsfModel* science_psf,
                    const MaskedImageView& reference_in, const psf::PsfModel* reference_psf,
                    const image::NoiseCorrelation& science_noise,
                    const image::NoiseCorrelation& reference_noise, const SubtractConfig& config,
                    const Execution& execution) {
  check_fields(config);
  if (science_in.width() != reference_in.width() || science_in.height() != reference_in.height())
    throw InputError("science and reference differ in size",
                     std::to_string(science_in.width()) + " x " +
                         std::to_string(science_in.height()) + " and " +
                         std::to_string(reference_in.width()) + " x " +
                         std::to_string(reference_in.height()) + " pixels",
                     "warp the reference onto the science's grid first");
  const CleanImage science(science_in);
  const CleanImage reference(reference_in);
  std::optional<psf::PsfModel> own_science;
  std::optional<psf::PsfModel> own_reference;
  if (science_psf == nullptr) science_psf = &own_science.emplace(psf_from_sources(science.view()));
  if (reference_psf == nullptr)
    reference_psf = &own_reference.emplace(psf_from_sources(reference.view()));

  const std::unique_ptr<MatchedDifference> matched =
      match_and_subtract(science.view(), *science_psf, reference.view(), *reference_psf,
                         science_noise, reference_noise, config.kernel, execution);
  Decorrelated clean = decorrelate(matched->raw, science.view(), reference.view(), science_noise,
                                   reference_noise, *science_psf, {}, execution);
  SubtractReport report = matched->report;
  for (const float v : clean.image.variance.pixels()) report.unusable_pixels += v > 0.0F ? 0U : 1U;
  if (report.unusable_pixels == clean.image.variance.size())
    throw InputError("the images share no usable pixel", "each is masked where the other is not",
                     "check masks and WCS");
  report.score_scatter =
      scatter_off_sources(clean.score, clean.image, science.view(), reference.view());
  const double scale =
      matched->report.convolved == Convolve::science ? 1.0 / report.kernel_sum : report.kernel_sum;
  DiaSources sources = measure_dia_sources({.difference = clean.image.view(),
                                            .score = clean.score.view(),
                                            .psf = clean.psf,
                                            .science = science.view(),
                                            .science_psf = *science_psf,
                                            .reference = reference.view(),
                                            .reference_psf = *reference_psf,
                                            .reference_scale = scale,
                                            .psf_enclosed = clean.psf_enclosed},
                                           config.sources, execution);
  mark_detections(clean.image, sources);
  return {.difference = std::move(clean.image),
          .score = std::move(clean.score),
          .psf = std::move(clean.psf),
          .kernel = matched->kernel,
          .background = matched->background,
          .sources = std::move(sources),
          .report = report};
}

}  // namespace skywright::difference
