#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "skywright/image/detail/convolve_rows.cpp"
#include "skywright/image/detail/convolve_rows.h"

#include <hwy/foreach_target.h>  // NOLINT: includes this file once a target
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace skywright::image::detail {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Four vectors of sums stay in registers while every tap passes by: one load an FMA.
void CorrelateRow(const float* HWY_RESTRICT in, std::ptrdiff_t stride,
                  const float* HWY_RESTRICT weights, int columns, int rows, float* HWY_RESTRICT out,
                  int width) {
  const hn::CappedTag<float, 16> d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  int x = 0;
  for (; x < width; x += 4 * lanes) {
    auto a = hn::Zero(d);
    auto b = hn::Zero(d);
    auto c = hn::Zero(d);
    auto e = hn::Zero(d);
    for (int j = 0; j < rows; ++j) {
      const float* HWY_RESTRICT p = in + j * stride + x;
      const float* HWY_RESTRICT w = weights + j * columns;
      for (int i = 0; i < columns; ++i) {
        const auto weight = hn::Set(d, w[i]);
        a = hn::MulAdd(weight, hn::LoadU(d, p + i), a);
        b = hn::MulAdd(weight, hn::LoadU(d, p + i + lanes), b);
        c = hn::MulAdd(weight, hn::LoadU(d, p + i + 2 * lanes), c);
        e = hn::MulAdd(weight, hn::LoadU(d, p + i + 3 * lanes), e);
      }
    }
    hn::StoreU(a, d, out + x);
    hn::StoreU(b, d, out + x + lanes);
    hn::StoreU(c, d, out + x + 2 * lanes);
    hn::StoreU(e, d, out + x + 3 * lanes);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace skywright::image::detail
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace skywright::image::detail {

HWY_EXPORT(CorrelateRow);

void correlate_row(const float* in, std::ptrdiff_t stride, const float* weights, int columns,
                   int rows, float* out, int width) {
  HWY_DYNAMIC_DISPATCH(CorrelateRow)(in, stride, weights, columns, rows, out, width);
}

}  // namespace skywright::image::detail
#endif
