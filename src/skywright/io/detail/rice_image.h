/// Tile compression of whole numbers by RICE_1, bit for bit as cfitsio compresses them.
///
/// Of our own because masks and raw frames are written between exposure and alert: cfitsio moves
/// its heap in memory for every tile and took a quarter of a night's seconds (record 0090).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "skywright/io/detail/compressor.h"

namespace skywright::io::detail {

/// Appends the RICE_1 stream of 32-bit `values` in blocks of 32. Differences between neighbours
/// are folded to 0, -1, 1, -2, ... and split into a unary and a binary part, whose size a block
/// chooses by its mean: Rice, Yeh & Miller (1993), JPL 93-6; FITS 4.0, section 10.4.1.
void encode_rice(std::span<const std::int32_t> values, std::vector<std::uint8_t>& out);

/// An image of tiles of `side` pixels, the last ones smaller, as a table extension.
/// @throws std::length_error for more than 4 GiB of compressed pixels
CompressedHdu rice_image(image::ImageView<const std::int32_t> pixels, int side);

}  // namespace skywright::io::detail
