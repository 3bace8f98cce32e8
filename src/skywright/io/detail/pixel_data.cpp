#include "skywright/io/detail/pixel_data.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/io/detail/big_endian.h"
#include "skywright/io/detail/compressed_image.h"

namespace skywright::io::detail {
namespace {

// Decoding in pieces keeps the working set in cache and bounds memory.
constexpr std::size_t kPiece = 1 << 16;

[[noreturn]] void refuse_real(const ByteSource& file) {
  throw InputError(file.name(), "holds real numbers where whole ones are needed",
                   "name an image of integers");
}

/// @throws InputError unless physical values are whole
std::int64_t whole_zero(const ByteSource& file, const Scaling& scaling) {
  if (scaling.scale != 1.0 || scaling.zero != std::floor(scaling.zero) ||
      std::abs(scaling.zero) > 9.3e18)
    refuse_real(file);
  // 2^63 (unsigned 64-bit integers) does not fit; nothing so offset fits 32 bits but near it.
  return scaling.zero >= 9.2e18 ? INT64_MIN : static_cast<std::int64_t>(scaling.zero);
}

template <class Stored>
void to_real(std::span<const std::uint8_t> bytes, const Scaling& s, float* out) {
  const std::size_t n = bytes.size() / sizeof(Stored);
  const auto blank = static_cast<Stored>(s.blank);
  for (std::size_t i = 0; i < n; ++i) {
    const auto value = from_big_endian<Stored>(bytes.data() + i * sizeof(Stored));
    double physical = static_cast<double>(value) * s.scale + s.zero;
    if constexpr (std::is_integral_v<Stored>) {
      if (s.has_blank && value == blank) physical = std::numeric_limits<double>::quiet_NaN();
    }
    out[i] = static_cast<float>(physical);
  }
}

template <class Stored>
bool to_whole(std::span<const std::uint8_t> bytes, std::int64_t zero, std::int32_t* out) {
  const std::size_t n = bytes.size() / sizeof(Stored);
  bool fits = true;
  for (std::size_t i = 0; i < n; ++i) {
    const auto value =
        static_cast<std::int64_t>(from_big_endian<Stored>(bytes.data() + i * sizeof(Stored)));
    std::int64_t physical = 0;
    fits &= !__builtin_add_overflow(value, zero, &physical);
    fits &= physical >= INT32_MIN && physical <= INT32_MAX;
    out[i] = static_cast<std::int32_t>(physical);
  }
  return fits;
}

/// Calls f(first pixel, bytes) for consecutive pieces of a plain image.
template <class F>
void for_pieces(const ByteSource& file, const HduLayout& hdu, std::size_t pixels, F&& f) {
  const auto width = static_cast<std::size_t>(std::abs(hdu.bitpix)) / 8;
  std::vector<std::uint8_t> bytes(std::min(pixels, kPiece) * width);
  for (std::size_t at = 0; at < pixels; at += kPiece) {
    const std::size_t n = std::min(kPiece, pixels - at);
    file.read(hdu.data_offset + at * width, bytes.data(), n * width);
    f(at, std::span<const std::uint8_t>(bytes.data(), n * width));
  }
}

}  // namespace

Scaling scaling_of(const HduLayout& hdu) {
  Scaling out;
  out.scale = hdu.header.number("BSCALE").value_or(1.0);
  out.zero = hdu.header.number("BZERO").value_or(0.0);
  if (const auto blank = hdu.header.whole("BLANK"); blank && hdu.bitpix > 0) {
    // A BLANK that the stored type cannot hold marks nothing.
    const int bits = hdu.bitpix;
    const std::int64_t least = bits == 8    ? 0
                               : bits == 64 ? INT64_MIN
                                            : -(std::int64_t{1} << (bits - 1));
    const std::int64_t most = bits == 8    ? 255
                              : bits == 64 ? INT64_MAX
                                           : (std::int64_t{1} << (bits - 1)) - 1;
    out.has_blank = *blank >= least && *blank <= most;
    out.blank = *blank;
  }
  return out;
}

bool has_two_axes(const HduLayout& hdu) {
  if (hdu.type != HduType::image && !hdu.compressed) return false;
  constexpr std::int64_t kMost = INT32_MAX / 2;
  return hdu.axes.size() >= 2 && hdu.axes[0] > 0 && hdu.axes[1] > 0 && hdu.axes[0] <= kMost &&
         hdu.axes[1] <= kMost &&
         std::all_of(hdu.axes.begin() + 2, hdu.axes.end(), [](auto n) { return n == 1; });
}

Extent extent_of(const ByteSource& file, const HduLayout& hdu) {
  if (!has_two_axes(hdu)) {
    std::string axes;
    for (const auto n : hdu.axes) axes += fmt::format("{}{}", axes.empty() ? "" : " x ", n);
    if (hdu.type != HduType::image && !hdu.compressed) axes = "no image";
    throw InputError(file.name(),
                     fmt::format("needs an image of two axes here, this HDU has {}",
                                 axes.empty() ? "no data" : axes),
                     "name the HDU, as in file.fits[1]; `skywright fits list` shows them");
  }
  return {static_cast<int>(hdu.axes[0]), static_cast<int>(hdu.axes[1])};
}

image::Image<float> read_real_pixels(const ByteSource& file, const HduLayout& hdu) {
  const Extent extent = extent_of(file, hdu);
  const Scaling scaling = scaling_of(hdu);
  if (hdu.compressed) return decompress_real(file, hdu, scaling);
  auto out = image::Image<float>::uninitialised(extent.width, extent.height);
  if (hdu.bitpix == -32 && scaling.scale == 1.0 && scaling.zero == 0.0) {
    file.read(hdu.data_offset, out.data(), out.size() * sizeof(float));
    swap_in_place(out.data(), out.size());
    return out;
  }
  for_pieces(file, hdu, out.size(), [&](std::size_t at, std::span<const std::uint8_t> bytes) {
    float* to = out.data() + at;
    switch (hdu.bitpix) {
      case 8:
        return to_real<std::uint8_t>(bytes, scaling, to);
      case 16:
        return to_real<std::int16_t>(bytes, scaling, to);
      case 32:
        return to_real<std::int32_t>(bytes, scaling, to);
      case 64:
        return to_real<std::int64_t>(bytes, scaling, to);
      case -32:
        return to_real<float>(bytes, scaling, to);
      default:
        return to_real<double>(bytes, scaling, to);
    }
  });
  return out;
}

image::Image<std::int32_t> read_whole_pixels(const ByteSource& file, const HduLayout& hdu) {
  const Extent extent = extent_of(file, hdu);
  if (hdu.bitpix < 0) refuse_real(file);
  const std::int64_t zero = whole_zero(file, scaling_of(hdu));
  auto out = hdu.compressed
                 ? decompress_whole(file, hdu)
                 : image::Image<std::int32_t>::uninitialised(extent.width, extent.height);
  bool fits = true;
  if (hdu.compressed) {
    if (zero != 0) {
      for (std::int32_t& value : out.pixels()) {
        std::int64_t physical = 0;
        fits &= !__builtin_add_overflow(std::int64_t{value}, zero, &physical);
        fits &= physical >= INT32_MIN && physical <= INT32_MAX;
        value = static_cast<std::int32_t>(physical);
      }
    }
  } else {
    for_pieces(file, hdu, out.size(), [&](std::size_t at, std::span<const std::uint8_t> bytes) {
      std::int32_t* to = out.data() + at;
      if (hdu.bitpix == 8) fits &= to_whole<std::uint8_t>(bytes, zero, to);
      if (hdu.bitpix == 16) fits &= to_whole<std::int16_t>(bytes, zero, to);
      if (hdu.bitpix == 32) fits &= to_whole<std::int32_t>(bytes, zero, to);
      if (hdu.bitpix == 64) fits &= to_whole<std::int64_t>(bytes, zero, to);
    });
  }
  if (!fits)
    throw InputError(file.name(), "holds integers that do not fit 32 bits",
                     "name an image of smaller integers");
  return out;
}

}  // namespace skywright::io::detail
