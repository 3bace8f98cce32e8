#include "skywright/image/dilate.h"

#include <algorithm>
#include <vector>

#include "skywright/base/vector_clones.h"

namespace skywright::image {
namespace {

constexpr int kBandRows = 128;

/// What the rule takes of a row; the or of all of it.
SKYWRIGHT_VECTOR_CLONES
MaskBits picked(const MaskBits* mask, int width, const SpreadRule& rule, MaskBits* out) {
  const MaskBits bits = rule.bits;
  const MaskBits asked = rule.needs | rule.bars;
  const MaskBits needs = rule.needs;
  MaskBits any = 0;
  for (int x = 0; x < width; ++x) {
    out[x] = (mask[x] & asked) == needs ? mask[x] & bits : 0U;
    any |= out[x];
  }
  return any;
}

/// One row after the other of a mask, spread into rows [begin, end) of `out`.
class RowSpread {
 public:
  RowSpread(int width, const SpreadRule& rule)
      : width_(width),
        rule_(rule),
        row_(static_cast<std::size_t>(width)),
        wide_(static_cast<std::size_t>(width)) {}

  void spread(ImageView<const MaskBits> mask, int y, int begin, int end, ImageView<MaskBits> out) {
    if (picked(mask.row(y), width_, rule_, row_.data()) == 0) return;
    const MaskBits* row = row_.data();
    const int half = rule_.half;
    for (int x = 0; x < width_;) {
      if (row[x] == 0) {
        ++x;
        continue;
      }
      // Pixels whose squares meet make one span.
      const int left = std::max(0, x - half);
      int right = x;
      for (int i = x; i < width_ && i <= right + 1; ++i)
        if (row[i] != 0) right = std::min(width_ - 1, i + half);
      std::fill(wide_.begin() + left, wide_.begin() + right + 1, 0U);
      for (int i = x; i <= right; ++i) {
        if (row[i] == 0) continue;
        const int last = std::min(width_ - 1, i + half);
        for (int k = std::max(0, i - half); k <= last; ++k)
          wide_[static_cast<std::size_t>(k)] |= row[i];
      }
      for (int to = std::max(begin, y - half); to < std::min(end, y + half + 1); ++to)
        or_into(wide_.data() + left, right - left + 1, out.row(to) + left);
      x = right + 1;
    }
  }

 private:
  int width_;
  SpreadRule rule_;
  std::vector<MaskBits> row_, wide_;
};

}  // namespace

SKYWRIGHT_VECTOR_CLONES
void or_into(const MaskBits* from, int count, MaskBits* to) {
  for (int x = 0; x < count; ++x) to[x] |= from[x];
}

void spread_bits(ImageView<const MaskBits> mask, const SpreadRule& rule, ImageView<MaskBits> out,
                 const Execution& execution) {
  execution.for_chunks(static_cast<std::size_t>(mask.height()), kBandRows,
                       [&](std::size_t first, std::size_t last) {
                         const int begin = static_cast<int>(first);
                         const int end = static_cast<int>(last);
                         RowSpread rows(mask.width(), rule);
                         const int y_end = std::min(mask.height(), end + rule.half);
                         for (int y = std::max(0, begin - rule.half); y < y_end; ++y)
                           rows.spread(mask, y, begin, end, out);
                       });
}

Image<MaskBits> dilate(ImageView<const MaskBits> mask, int half, const Execution& execution) {
  Image<MaskBits> out(mask.width(), mask.height());
  spread_bits(mask, {.half = half}, out.view(), execution);
  return out;
}

}  // namespace skywright::image
