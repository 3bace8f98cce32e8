#include "skywright/warp/detail/tile_positions.h"

#include <algorithm>
#include <limits>

#include "skywright/base/vector_clones.h"
#include "skywright/warp/detail/resample.h"
#include "skywright/warp/interpolation_kernel.h"

namespace skywright::warp::detail {
namespace {

constexpr int kPhases = InterpolationKernel::kPhases;
static_assert(1 << kPhaseBits == kPhases);

struct Size {
  double width, height;
};

/// Round positions to phases; 0 where a centre is outside, of which the number is returned.
SKYWRIGHT_VECTOR_CLONES
int place(const double* xs, const double* ys, int count, const Size& input, std::int32_t* px,
          std::int32_t* py, std::uint8_t* inside) {
  constexpr std::int32_t kBias = 4 * kPhases;  // so that truncation is floor
  const double right = input.width - 0.5;
  const double top = input.height - 0.5;
  std::int32_t within[kTile];
  int outside = 0;
  for (int i = 0; i < count; ++i) {
    // NaN fails the comparison, too.
    const bool in = (xs[i] > -0.5) & (xs[i] < right) & (ys[i] > -0.5) & (ys[i] < top);
    const double x = in ? xs[i] : 0.0;
    const double y = in ? ys[i] : 0.0;
    px[i] = static_cast<std::int32_t>(x * kPhases + (kBias + 0.5)) - kBias;
    py[i] = static_cast<std::int32_t>(y * kPhases + (kBias + 0.5)) - kBias;
    within[i] = in ? 1 : 0;
  }
  for (int i = 0; i < count; ++i) {
    inside[i] = static_cast<std::uint8_t>(within[i]);
    outside += 1 - within[i];
  }
  return outside;
}

struct Range {
  std::int32_t low, high;
};

SKYWRIGHT_VECTOR_CLONES
Range range_of(const std::int32_t* values, int count, Range range) {
  for (int i = 0; i < count; ++i) {
    range.low = std::min(range.low, values[i]);
    range.high = std::max(range.high, values[i]);
  }
  return range;
}

}  // namespace

TilePositions::TilePositions(const image::Box& tile, std::span<const CoordinateGrid::RowNodes> rows,
                             const CoordinateGrid& grid, const image::Box& input)
    : tile_(tile) {
  constexpr Range kNone{std::numeric_limits<std::int32_t>::max(),
                        std::numeric_limits<std::int32_t>::min()};
  Range x_range = kNone;
  Range y_range = kNone;
  const auto width = static_cast<std::size_t>(tile.width);
  double xs[kTile];
  double ys[kTile];
  for (int j = 0; j < tile.height; ++j) {
    std::int32_t* px = x_ + j * kTile;
    std::int32_t* py = y_ + j * kTile;
    std::uint8_t* in = inside_ + j * kTile;
    grid.positions(rows[static_cast<std::size_t>(j)], tile.x0, {xs, width}, {ys, width});
    const int outside =
        place(xs, ys, tile.width, {1.0 * input.width, 1.0 * input.height}, px, py, in);
    inside_count_ += tile.width - outside;
    if (outside == 0) {
      x_range = range_of(px, tile.width, x_range);
      y_range = range_of(py, tile.width, y_range);
      continue;
    }
    for (int i = 0; i < tile.width; ++i) {
      if (in[i] == 0) continue;
      x_range = range_of(px + i, 1, x_range);
      y_range = range_of(py + i, 1, y_range);
    }
  }
  x_low_ = x_range.low;
  x_high_ = x_range.high;
  y_low_ = y_range.low;
  y_high_ = y_range.high;
  if (any_inside() && (!all_inside() || tile.width < kTile)) replace_outside();
}

void TilePositions::replace_outside() {
  for (int j = 0; j < tile_.height; ++j) {
    for (int i = 0; i < kTile; ++i) {
      if (i < tile_.width && inside(i, j)) continue;
      x_[j * kTile + i] = x_low_;
      y_[j * kTile + i] = y_low_;
    }
  }
}

image::Box TilePositions::reach(int before) const {
  const int x0 = (x_low_ >> kPhaseBits) - before;
  const int y0 = (y_low_ >> kPhaseBits) - before;
  return {x0, y0, (x_high_ >> kPhaseBits) - before + kTaps - x0,
          (y_high_ >> kPhaseBits) - before + kTaps - y0};
}

}  // namespace skywright::warp::detail
