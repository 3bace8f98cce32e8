#include "skywright/warp/detail/carried_bits.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "skywright/base/vector_clones.h"
#include "skywright/image/dilate.h"

namespace skywright::warp::detail {
namespace {

using image::Image;
using image::MaskBits;
using image::MaskedImageView;
using image::MaskPlane;

/// A row's bits with what is not finite; the or of all of them.
SKYWRIGHT_VECTOR_CLONES
MaskBits row_bits(const MaskBits* mask, const float* pixels, int width, MaskBits* out) {
  MaskBits any = 0;
  for (int x = 0; x < width; ++x) {
    const bool finite = std::abs(pixels[x]) <= std::numeric_limits<float>::max();
    out[x] = mask[x] | (finite ? 0U : image::bit(MaskPlane::no_data));
    any |= out[x];
  }
  return any;
}

/// A row's bits and what kernels about it take from them; the row has `pad` zeros on both sides.
class KernelSpread {
 public:
  KernelSpread(int width, int reach)
      : width_(width),
        reach_(reach),
        pad_(std::max(2, reach)),
        row_(static_cast<std::size_t>(width + 2 * pad_ + 1), 0),
        near_(row_.size()),
        far_(row_.size()) {}

  [[nodiscard]] int pad() const { return pad_; }

  /// Or what input row y gives into rows [begin, end) of `out`.
  void spread(const MaskedImageView& in, int y, int begin, int end, Image<MaskBits>& out) {
    MaskBits* bits = row_.data() + pad_;
    if (row_bits(in.mask.row(y), in.pixels.row(y), width_, bits) == 0) return;
    for (int x = 0; x < width_;) {
      if (bits[x] == 0) {
        ++x;
        continue;
      }
      // Spans whose kernels overlap are one.
      int last = x;
      for (int i = x + 1; i < width_ && i <= last + 2 * pad_; ++i)
        if (bits[i] != 0) last = i;
      spread_span({std::max(-1, x - pad_), std::min(width_, last + pad_)}, y, begin, end, out);
      x = last + 1;
    }
  }

 private:
  struct Range {
    int begin, end;  ///< of the pixel left of a centre
  };

  void spread_span(const Range& range, int y, int begin, int end, Image<MaskBits>& out) {
    const MaskBits* r = row_.data() + pad_;
    const int count = range.end - range.begin;
    MaskBits any_far = 0;
    for (int n = 0; n < count; ++n) {
      const int x = range.begin + n;
      MaskBits wide = 0;
      for (int k = 1 - reach_; k <= reach_; ++k)
        if (x + k >= 0) wide |= valueless(r[x + k]);
      const MaskBits left = x > 0 ? r[x - 1] | r[x] : (x == 0 ? r[0] : 0U);
      far_[static_cast<std::size_t>(n)] = wide;
      near_[static_cast<std::size_t>(n)] = left | r[x + 1] | r[x + 2] | wide;
      any_far |= wide;
    }
    for (int k = 1 - pad_; k <= pad_; ++k) {
      const int to = y - k + 1;
      const bool near = k >= -1 && k <= 2;
      if (to < begin || to >= end || (!near && any_far == 0)) continue;
      image::or_into(near ? near_.data() : far_.data(), count, out.row(to) + range.begin + 1);
    }
  }

  int width_;
  int reach_;
  int pad_;
  std::vector<MaskBits> row_, near_, far_;
};

}  // namespace

Image<MaskBits> carried_bits(const MaskedImageView& in, int reach, const Execution& execution) {
  constexpr std::size_t kBand = 128;
  Image<MaskBits> out = Image<MaskBits>::uninitialised(in.width() + 1, in.height() + 1);
  execution.for_chunks(
      static_cast<std::size_t>(out.height()), kBand, [&](std::size_t first, std::size_t last) {
        execution.check_stop();
        const int begin = static_cast<int>(first);
        const int end = static_cast<int>(last);
        std::fill_n(out.row(begin), (last - first) * static_cast<std::size_t>(out.width()), 0U);
        KernelSpread rows(in.width(), reach);
        const int y_end = std::min(in.height(), end - 1 + rows.pad());
        for (int y = std::max(0, begin - rows.pad()); y < y_end; ++y)
          rows.spread(in, y, begin, end, out);
      });
  return out;
}

}  // namespace skywright::warp::detail
