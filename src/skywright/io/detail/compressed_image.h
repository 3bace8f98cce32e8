/// Tile-compressed images (FITS 4.0, section 10.1): RICE_1, GZIP_1, GZIP_2, PLIO_1, NOCOMPRESS.
#pragma once

#include <cstdint>

#include "skywright/image/image.h"
#include "skywright/io/detail/byte_source.h"
#include "skywright/io/detail/fits_structure.h"

namespace skywright::io::detail {

struct Scaling;

/// @throws InputError for damaged tiles, sizes that the data cannot hold, or another compression
image::Image<float> decompress_real(const ByteSource& file, const HduLayout& hdu,
                                    const Scaling& scaling);
/// Stored integers, unscaled.
image::Image<std::int32_t> decompress_whole(const ByteSource& file, const HduLayout& hdu);

}  // namespace skywright::io::detail
