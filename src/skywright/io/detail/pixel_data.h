/// The pixels of an image HDU as they were meant: BSCALE, BZERO and BLANK applied.
#pragma once

#include <cstdint>
#include <span>

#include "skywright/image/image.h"
#include "skywright/io/detail/byte_source.h"
#include "skywright/io/detail/fits_structure.h"

namespace skywright::io::detail {

/// physical = scale * stored + zero.
struct Scaling {
  double scale = 1.0;
  double zero = 0.0;
  bool has_blank = false;
  std::int64_t blank = 0;
};
Scaling scaling_of(const HduLayout& hdu);

/// Width and height of an image of two axes (further ones of length 1).
struct Extent {
  int width = 0;
  int height = 0;
};
/// @throws InputError where it is not a two-dimensional image with pixels
Extent extent_of(const ByteSource& file, const HduLayout& hdu);
/// As above, without throwing.
bool has_two_axes(const HduLayout& hdu);

image::Image<float> read_real_pixels(const ByteSource& file, const HduLayout& hdu);
/// @throws InputError for real pixels, or integers that do not fit 32 bits
image::Image<std::int32_t> read_whole_pixels(const ByteSource& file, const HduLayout& hdu);

}  // namespace skywright::io::detail
