/// The inner loop of direct convolution, by Highway with run-time dispatch.
#pragma once

#include <cstddef>

namespace skywright::image::detail {

/// out[x] = sum over (j, i) of weights[j * side + i] in[j * stride + x + i], for x in [0, width).
/// `in` is readable up to its last tap plus `kConvolveSlack` floats beyond; `out` likewise
/// writable.
void correlate_row(const float* in, std::ptrdiff_t stride, const float* weights, int columns,
                   int rows, float* out, int width);

/// Floats past the end of a row that `correlate_row` may touch.
constexpr int kConvolveSlack = 64;

}  // namespace skywright::image::detail
