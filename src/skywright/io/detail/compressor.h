/// Tile compression of an image by cfitsio, in memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "skywright/image/image.h"
#include "skywright/io/fits.h"

namespace skywright::io::detail {

/// Side of a square tile [pixel].
constexpr int kTileSide = 128;

/// A binary table extension without its user's cards.
struct CompressedHdu {
  std::string structure;            ///< header records, END not included
  std::vector<std::uint8_t> bytes;  ///< table and heap, unpadded
};

/// @pre compression is not none; rice for integers only, rice_quantized for floats only
CompressedHdu compress(image::ImageView<const float> pixels, Compression compression);
CompressedHdu compress(image::ImageView<const std::int32_t> pixels, Compression compression);

}  // namespace skywright::io::detail
