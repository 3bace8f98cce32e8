#include "skywright/warp/detail/resample.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "skywright/base/vector_clones.h"

#define SKYWRIGHT_INLINE [[gnu::always_inline]] inline

namespace skywright::warp::detail {
namespace {

constexpr int kWide = 8;
__extension__ typedef float Floats __attribute__((vector_size(kWide * sizeof(float))));

SKYWRIGHT_INLINE Floats load(const float* from) {
  Floats v;
  std::memcpy(&v, from, sizeof v);
  return v;
}

SKYWRIGHT_INLINE void store(Floats v, float* to) { std::memcpy(to, &v, sizeof v); }

/// One value in all lanes; not a sum with zeros, which would cost an addition.
SKYWRIGHT_INLINE Floats all_of(float v) { return Floats{v, v, v, v, v, v, v, v}; }

/// Lane i of the result is the sum of the lanes of v[i], in a tree of fixed shape.
SKYWRIGHT_INLINE Floats sums_of(const Floats (&v)[kWide]) {
  Floats pair[4];
  for (int i = 0; i < 4; ++i) {
    const Floats a = v[2 * i];
    const Floats b = v[2 * i + 1];
    pair[i] = __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13) +
              __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15);
  }
  Floats four[2];
  for (int i = 0; i < 2; ++i) {
    const Floats a = pair[2 * i];
    const Floats b = pair[2 * i + 1];
    four[i] = __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13) +
              __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
  }
  return __builtin_shufflevector(four[0], four[1], 0, 1, 2, 3, 8, 9, 10, 11) +
         __builtin_shufflevector(four[0], four[1], 4, 5, 6, 7, 12, 13, 14, 15);
}

template <int taps>
SKYWRIGHT_INLINE void resample_taps(const Patch& patch, const Row& row, const float* weights,
                                    float* to_pixels, float* to_variance) {
  constexpr int kBefore = taps / 2 - 1;
  constexpr std::int32_t kPhases = std::int32_t{1} << kPhaseBits;
  const std::ptrdiff_t stride = patch.box().width;
  const std::ptrdiff_t origin = (patch.box().y0 + kBefore) * stride + patch.box().x0 + kBefore;
  const float* first_pixel = patch.pixels() - origin;
  const float* first_variance = patch.variance() - origin;
  for (int i = 0; i < row.count; i += kWide) {
    Floats pixels[kWide];
    Floats variance[kWide];
    for (int n = 0; n < kWide; ++n) {
      const std::int32_t x = row.x[i + n];
      const std::int32_t y = row.y[i + n];
      const std::ptrdiff_t offset = (y >> kPhaseBits) * stride + (x >> kPhaseBits);
      const float* p = first_pixel + offset;
      const float* v = first_variance + offset;
      const float* vertical = weights + (y & (kPhases - 1)) * kWide;
      Floats sum = {};
      Floats square = {};
      for (int j = 0; j < taps; ++j) {
        const Floats w = all_of(vertical[j]);
        sum += w * load(p + j * stride);
        square += (w * w) * load(v + j * stride);
      }
      const Floats horizontal = load(weights + (x & (kPhases - 1)) * kWide);
      pixels[n] = sum * horizontal;
      variance[n] = square * (horizontal * horizontal);
    }
    store(sums_of(pixels), to_pixels + i);
    store(sums_of(variance), to_variance + i);
  }
}

SKYWRIGHT_VECTOR_CLONES
void copy_finite(const float* from, int count, float* to) {
  constexpr float kLargest = std::numeric_limits<float>::max();
  for (int x = 0; x < count; ++x) to[x] = std::abs(from[x]) <= kLargest ? from[x] : 0.0F;
}

}  // namespace

void Patch::copy(const image::MaskedImageView& in, const image::Box& box) {
  box_ = box;
  const image::Box have = box.intersection(in.box());
  if (have != box) {
    const auto size = static_cast<std::size_t>(box.width) * static_cast<std::size_t>(box.height);
    std::fill_n(pixels_.begin(), size, 0.0F);
    std::fill_n(variance_.begin(), size, 0.0F);
  }
  for (int y = have.y0; y < have.y_end(); ++y) {
    const std::ptrdiff_t to = (y - box.y0) * std::ptrdiff_t{box.width} + have.x0 - box.x0;
    copy_finite(in.pixels.row(y) + have.x0, have.width, pixels_.data() + to);
    copy_finite(in.variance.row(y) + have.x0, have.width, variance_.data() + to);
  }
}

SKYWRIGHT_VECTOR_CLONES
void resample(const Patch& patch, const Row& row, const Weights& weights, float* pixels,
              float* variance) {
  if (weights.taps == 8) {
    resample_taps<8>(patch, row, weights.table, pixels, variance);
  } else if (weights.taps == 6) {
    resample_taps<6>(patch, row, weights.table, pixels, variance);
  } else {
    resample_taps<2>(patch, row, weights.table, pixels, variance);
  }
}

}  // namespace skywright::warp::detail
