#include "skywright/difference/detail/filtered.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "skywright/image/convolve.h"
#include "skywright/image/dilate.h"

namespace skywright::difference::detail {
namespace {

using image::Box;
using image::Image;
using image::MaskBits;
using image::MaskedImage;
using image::MaskedImageView;
using image::MaskPlane;
using image::NoiseCorrelation;

constexpr int kLargestFixedHalf = 20;  ///< of a PSF used as a kernel [pixel]

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

}  // namespace

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

MatchingKernel constant_kernel(const Box& domain, Image<float> image) {
  std::vector<Image<float>> one;
  one.push_back(std::move(image));
  return MatchingKernel(domain, 0, std::move(one));
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

}  // namespace skywright::difference::detail
