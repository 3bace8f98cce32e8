#include "skywright/warp/warp.h"

#include <algorithm>
#include <span>
#include <vector>

#include "skywright/base/error.h"
#include "skywright/base/vector_clones.h"
#include "skywright/warp/coordinate_grid.h"
#include "skywright/warp/detail/carried_bits.h"
#include "skywright/warp/detail/local_mapping.h"
#include "skywright/warp/detail/resample.h"
#include "skywright/warp/detail/tile_positions.h"
#include "skywright/warp/interpolation_kernel.h"

namespace skywright::warp {
namespace {

using detail::kPhaseBits;
using detail::kTile;
using detail::TilePositions;
using image::Box;
using image::Image;
using image::MaskBits;
using image::MaskedImage;
using image::MaskedImageView;
using image::MaskPlane;
using image::NoiseCorrelation;

SKYWRIGHT_VECTOR_CLONES
void store_scaled(const float* from, float factor, int count, float* to) {
  for (int i = 0; i < count; ++i) to[i] = from[i] * factor;
}

/// Makes the output tile by tile.
class Warper {
 public:
  Warper(const MaskedImageView& in, const CoordinateGrid& grid, const InterpolationKernel& kernel,
         PixelMeaning meaning, const Image<MaskBits>& carried)
      : in_(in), grid_(grid), kernel_(kernel), meaning_(meaning), carried_(carried) {}

  /// Rows y0 .. y0 + kTile - 1 of the output.
  void make_rows(int y0, MaskedImage& out) const {
    const int rows = std::min(kTile, out.height() - y0);
    std::vector<CoordinateGrid::RowNodes> nodes;
    for (int y = y0; y < y0 + rows; ++y) nodes.push_back(grid_.row_nodes(y));
    detail::Patch patch;
    for (int x0 = 0; x0 < out.width(); x0 += kTile)
      make_tile({x0, y0, std::min(kTile, out.width() - x0), rows}, nodes, patch, out);
  }

 private:
  void make_tile(const Box& tile, std::span<const CoordinateGrid::RowNodes> nodes,
                 detail::Patch& patch, MaskedImage& out) const {
    const TilePositions at(tile, nodes, grid_, in_.box());
    if (!at.any_inside()) {
      for (int y = tile.y0; y < tile.y_end(); ++y) {
        std::fill_n(out.pixels.row(y) + tile.x0, tile.width, 0.0F);
        std::fill_n(out.variance.row(y) + tile.x0, tile.width, 0.0F);
        std::fill_n(out.mask.row(y) + tile.x0, tile.width, image::bit(MaskPlane::no_data));
      }
      return;
    }
    const Box reach = at.reach(kernel_.before());
    if (static_cast<std::int64_t>(reach.width) * reach.height > detail::Patch::kMostPixels) {
      // An input of much smaller pixels: in quarters, at the last pixel by pixel.
      const int right = std::max(1, tile.width / 2);
      const int upper = std::max(1, tile.height / 2);
      for (const Box& part : {Box{0, 0, right, upper}, Box{right, 0, tile.width - right, upper},
                              Box{0, upper, right, tile.height - upper},
                              Box{right, upper, tile.width - right, tile.height - upper}})
        if (!part.empty())
          make_tile(part.shifted(tile.x0, tile.y0),
                    nodes.subspan(static_cast<std::size_t>(part.y0)), patch, out);
      return;
    }
    patch.copy(in_, reach);
    const auto ratio = meaning_ == PixelMeaning::flux
                           ? static_cast<float>(grid_.area_ratio(tile.x0 + 0.5 * tile.width,
                                                                 tile.y0 + 0.5 * tile.height))
                           : 1.0F;
    const bool sees_edge = !in_.box().contains(reach);
    for (int j = 0; j < tile.height; ++j) {
      const int y = tile.y0 + j;
      float pixels[kTile];
      float variance[kTile];
      detail::resample(patch, {at.x(j), at.y(j), (tile.width + kTaps - 1) / kTaps * kTaps},
                       {kernel_.table(), kernel_.taps()}, pixels, variance);
      store_scaled(pixels, ratio, tile.width, out.pixels.row(y) + tile.x0);
      store_scaled(variance, ratio * ratio, tile.width, out.variance.row(y) + tile.x0);
      MaskBits* mask = out.mask.row(y) + tile.x0;
      for (int i = 0; i < tile.width; ++i)
        mask[i] = carried_((at.x(j)[i] >> kPhaseBits) + 1, (at.y(j)[i] >> kPhaseBits) + 1);
      if (sees_edge) mark_edge(at, j, tile.width, mask);
      if (!at.all_inside()) blank_outside(at, j, tile, out);
    }
  }

  /// EDGE where part of a kernel lies outside of the input.
  void mark_edge(const TilePositions& at, int row, int width, MaskBits* mask) const {
    const int taps = kernel_.taps();
    for (int i = 0; i < width; ++i) {
      const Box kernel{(at.x(row)[i] >> kPhaseBits) - kernel_.before(),
                       (at.y(row)[i] >> kPhaseBits) - kernel_.before(), taps, taps};
      if (!in_.box().contains(kernel)) mask[i] |= image::bit(MaskPlane::edge);
    }
  }

  static void blank_outside(const TilePositions& at, int row, const Box& tile, MaskedImage& out) {
    for (int i = 0; i < tile.width; ++i) {
      if (at.inside(i, row)) continue;
      out.pixels(tile.x0 + i, tile.y0 + row) = 0.0F;
      out.variance(tile.x0 + i, tile.y0 + row) = 0.0F;
      out.mask(tile.x0 + i, tile.y0 + row) = image::bit(MaskPlane::no_data);
    }
  }

  const MaskedImageView& in_;
  const CoordinateGrid& grid_;
  const InterpolationKernel& kernel_;
  PixelMeaning meaning_;
  const Image<MaskBits>& carried_;
};

}  // namespace

void describe(Fields& f, WarpConfig& c) {
  describe_choice(f, "kernel", c.kernel, {"bilinear", "lanczos3", "lanczos4", "kaiser"},
                  "kernel of the interpolation");
  describe_choice(f, "meaning", c.meaning, {"flux", "surface_brightness"},
                  "flux in a pixel scales with its area, surface brightness does not");
  f.number("position_tolerance", c.position_tolerance,
           "largest error of interpolated coordinates [pixel]", {.high = 0.1, .above = 0});
}

WarpResult warp(const MaskedImageView& in, const wcs::Wcs& from, const wcs::Wcs& to, int width,
                int height, const WarpConfig& config, const Execution& execution) {
  return warp(in, NoiseCorrelation{}, from, to, width, height, config, execution);
}

WarpResult warp(const MaskedImageView& in, const NoiseCorrelation& in_noise, const wcs::Wcs& from,
                const wcs::Wcs& to, int width, int height, const WarpConfig& config,
                const Execution& execution) {
  check_fields(config);
  if (in.width() == 0 || in.height() == 0 || width <= 0 || height <= 0)
    throw InputError("nothing to warp", "an image without pixels", "check sizes");
  const InterpolationKernel kernel(config.kernel);
  const CoordinateGrid grid(from, to, width, height, config.position_tolerance);
  const Image<MaskBits> carried = detail::carried_bits(in, kernel.taps() / 2, execution);
  const Warper warper(in, grid, kernel, config.meaning, carried);
  WarpResult out{
      .image = MaskedImage(Image<float>::uninitialised(width, height),
                           Image<float>::uninitialised(width, height),
                           Image<MaskBits>::uninitialised(width, height)),
      .noise = warped_noise(in_noise, config, detail::local_mapping(from, to, width, height))};
  execution.for_each(static_cast<std::size_t>((height + kTile - 1) / kTile), [&](std::size_t band) {
    execution.check_stop();
    warper.make_rows(static_cast<int>(band) * kTile, out.image);
  });
  return out;
}

}  // namespace skywright::warp
