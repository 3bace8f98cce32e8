/// Where the pixels of a tile of a warp's output fall in the input, in whole phases of the kernel.
#pragma once

#include <cstdint>
#include <span>

#include "skywright/image/box.h"
#include "skywright/warp/coordinate_grid.h"

namespace skywright::warp::detail {

/// Side of a tile: however the grids are turned, what it takes from the input fits the innermost
/// cache.
constexpr int kTile = 32;

class TilePositions {
 public:
  /// @param rows nodes of the tile's rows
  TilePositions(const image::Box& tile, std::span<const CoordinateGrid::RowNodes> rows,
                const CoordinateGrid& grid, const image::Box& input);

  /// Whether any centre lies within the input, and whether all do.
  [[nodiscard]] bool any_inside() const { return inside_count_ > 0; }
  [[nodiscard]] bool all_inside() const { return inside_count_ == tile_.width * tile_.height; }
  [[nodiscard]] bool inside(int x, int row) const { return inside_[row * kTile + x] != 0; }
  /// Positions of a row, kTile of them: `pixel << kPhaseBits | phase`. Those of pixels that are
  /// outside, or beyond the tile, are of a place inside.
  [[nodiscard]] const std::int32_t* x(int row) const { return x_ + row * kTile; }
  [[nodiscard]] const std::int32_t* y(int row) const { return y_ + row * kTile; }
  /// All pixels that 8 x 8 taps reach of which the first lies `before` the position.
  /// @pre any_inside()
  [[nodiscard]] image::Box reach(int before) const;

 private:
  void replace_outside();

  image::Box tile_;
  std::int32_t x_[kTile * kTile], y_[kTile * kTile];
  std::uint8_t inside_[kTile * kTile];
  std::int32_t x_low_, x_high_, y_low_, y_high_;  ///< of the pixels inside
  int inside_count_ = 0;
};

}  // namespace skywright::warp::detail
