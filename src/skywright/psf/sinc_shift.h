/// Sub-pixel shifts of small stamps by a separable sinc under a Kaiser window of ten pixels.
///
/// Of a Moffat star of FWHM 3.5 pixels its largest errors over the phases of the pixel grid are
/// 0.0002 pixel and 0.0001 of the flux; Lanczos weights of the same reach have 0.0025 and 0.0003
/// (docs/decisions/0047).
#pragma once

#include <array>
#include <span>

#include "skywright/image/image.h"

namespace skywright::psf {

/// Half width of the kernel [pixel].
constexpr int kSincReach = 5;

/// Weights of the pixels floor(-d) - 4 ... of a sample that moves by `fraction` in [-0.5, 0.5]:
/// out(x) = sum_k w[k] in(x + k - 5). Unit sum.
std::array<float, 2 * kSincReach + 1> sinc_weights(double fraction);

/// The image moved by (dx, dy), each within [-1, 1] pixel: a feature at x appears at x + dx.
/// Outside lies zero. @param scratch width * height + width + 12 floats at least
void shift_stamp(image::ImageView<const float> in, double dx, double dy,
                 image::ImageView<float> out, std::span<float> scratch);
image::Image<float> shifted(image::ImageView<const float> in, double dx, double dy);

}  // namespace skywright::psf
