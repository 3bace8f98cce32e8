/// Sub-pixel shifts of small stamps by separable Lanczos-5 interpolation.
#pragma once

#include <array>
#include <span>

#include "skywright/image/image.h"

namespace skywright::psf {

constexpr int kLanczosOrder = 5;

/// Weights of the pixels floor(-d) - 4 ... of a sample that moves by `fraction` in [-0.5, 0.5]:
/// out(x) = sum_k w[k] in(x + k - 5). Unit sum.
std::array<float, 2 * kLanczosOrder + 1> lanczos_weights(double fraction);

/// The image moved by (dx, dy), each within [-1, 1] pixel: a feature at x appears at x + dx.
/// Outside lies zero. @param scratch width * height + width + 12 floats at least
void shift_stamp(image::ImageView<const float> in, double dx, double dy,
                 image::ImageView<float> out, std::span<float> scratch);
image::Image<float> shifted(image::ImageView<const float> in, double dx, double dy);

}  // namespace skywright::psf
