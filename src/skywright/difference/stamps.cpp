#include "skywright/difference/stamps.h"

#include <algorithm>
#include <cmath>

#include "skywright/base/vector_clones.h"

namespace skywright::difference {
namespace {

using image::MaskBits;
using image::MaskedImageView;

constexpr int kStretch = 64;  ///< of a row, looked at whole before its pixels are [pixel]
constexpr MaskBits kNotOnStamps =
    image::kUnusable | image::bits({image::MaskPlane::suspect, image::MaskPlane::edge});

/// Whether the 5 x 5 pixels in the middle are usable in both, and nine tenths of the whole.
bool usable(const MaskedImageView& science, const MaskedImageView& reference, const Stamp& stamp,
            int half) {
  int bad = 0;
  for (int y = stamp.y - half; y <= stamp.y + half; ++y) {
    for (int x = stamp.x - half; x <= stamp.x + half; ++x) {
      if (((science.mask(x, y) | reference.mask(x, y)) & kNotOnStamps) == 0) continue;
      if (std::abs(x - stamp.x) <= 2 && std::abs(y - stamp.y) <= 2) return false;
      ++bad;
    }
  }
  return 10 * bad <= (2 * half + 1) * (2 * half + 1);
}

/// Whether any pixel of a stretch is bright enough in both images.
SKYWRIGHT_VECTOR_CLONES
bool any_bright(const float* s, const float* sv, const float* r, const float* rv, int count,
                float limit) {
  int bright = 0;
  for (int x = 0; x < count; ++x) {
    const int in_science = s[x] > 0.0F && s[x] * s[x] >= limit * sv[x] ? 1 : 0;
    const int in_reference = r[x] > 0.0F && r[x] * r[x] >= 0.25F * limit * rv[x] ? 1 : 0;
    bright |= in_science & in_reference;
  }
  return bright != 0;
}

bool is_peak(image::ImageView<const float> pixels, int x, int y) {
  const float v = pixels(x, y);
  for (int j = -1; j <= 1; ++j)
    for (int i = -1; i <= 1; ++i)
      if ((i != 0 || j != 0) && !(v > pixels(x + i, y + j)) &&
          !(v == pixels(x + i, y + j) && (j > 0 || (j == 0 && i > 0))))
        return false;
  return true;
}

}  // namespace

std::vector<Stamp> choose_stamps(const MaskedImageView& science, const MaskedImageView& reference,
                                 const StampRules& rules) {
  const int margin = rules.half + 1;
  const int width = science.width();
  const int height = science.height();
  std::vector<Stamp> out;
  if (width <= 2 * margin || height <= 2 * margin) return out;
  const auto cell_edge = [&](int size, int k) {
    return margin +
           static_cast<int>(static_cast<std::int64_t>(size - 2 * margin) * k / rules.cells);
  };
  for (int cy = 0; cy < rules.cells; ++cy) {
    for (int cx = 0; cx < rules.cells; ++cx) {
      std::vector<Stamp> candidates;
      const auto limit = static_cast<float>(rules.peak_snr * rules.peak_snr);
      const int x_end = cell_edge(width, cx + 1);
      for (int y = cell_edge(height, cy); y < cell_edge(height, cy + 1); ++y) {
        const float* s = science.pixels.row(y);
        const float* sv = science.variance.row(y);
        const float* r = reference.pixels.row(y);
        const float* rv = reference.variance.row(y);
        for (int from = cell_edge(width, cx); from < x_end; from += kStretch) {
          const int to = std::min(from + kStretch, x_end);
          // Both must show it: what only one has is what the difference is for.
          if (!any_bright(s + from, sv + from, r + from, rv + from, to - from, limit)) continue;
          for (int x = from; x < to; ++x)
            if (any_bright(s + x, sv + x, r + x, rv + x, 1, limit) && is_peak(science.pixels, x, y))
              candidates.push_back({x, y,
                                    static_cast<double>(s[x]) /
                                        std::sqrt(static_cast<double>(std::max(sv[x], 1e-30F)))});
        }
      }
      std::stable_sort(candidates.begin(), candidates.end(),
                       [](const Stamp& a, const Stamp& b) { return a.peak_snr > b.peak_snr; });
      int taken = 0;
      for (const Stamp& stamp : candidates) {
        if (taken == rules.per_cell) break;
        const bool crowded = std::any_of(out.begin(), out.end(), [&](const Stamp& o) {
          return std::abs(o.x - stamp.x) <= rules.half && std::abs(o.y - stamp.y) <= rules.half;
        });
        if (crowded || !usable(science, reference, stamp, rules.half)) continue;
        out.push_back(stamp);
        ++taken;
      }
    }
  }
  return out;
}

}  // namespace skywright::difference
