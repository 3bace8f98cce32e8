/// Decoders of single tiles of compressed images, safe on any bytes: they read and write within
/// the spans that they are given and say false where the stream is damaged.
///
/// FITS 4.0, section 10; Pence, White & Seaman (2010), PASP 122, 1065 (Rice, quantization, dither);
/// cfitsio is the oracle of the tests.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace skywright::io::detail {

/// RICE_1 with values of 1 (unsigned), 2 or 4 bytes (signed), in blocks of `block` values.
[[nodiscard]] bool decode_rice(std::span<const std::uint8_t> stream, int value_bytes, int block,
                               std::span<std::int32_t> values);

/// PLIO_1: the line lists of IRAF masks, big-endian 16-bit words.
[[nodiscard]] bool decode_plio(std::span<const std::uint8_t> stream,
                               std::span<std::int32_t> values);

/// GZIP_1: a gzip stream that holds exactly `bytes.size()` bytes.
[[nodiscard]] bool inflate_exactly(std::span<const std::uint8_t> stream,
                                   std::span<std::uint8_t> bytes);

/// GZIP_2 stores the first bytes of all values, then the second ones, and so on.
[[nodiscard]] std::vector<std::uint8_t> unshuffled(std::span<const std::uint8_t> bytes,
                                                   int value_bytes);

enum class Dither { none, subtractive_1, subtractive_2 };

/// Quantized integers back to reals.
struct Quantization {
  double scale = 1.0;
  double zero = 0.0;
  Dither dither = Dither::none;
  std::int64_t seed = 1;              ///< ZDITHER0
  std::int32_t null = INT32_MIN + 1;  ///< the integer that stands for NaN
  bool has_null = true;
};
/// @param tile number of the tile, from 0
void dequantize(std::span<const std::int32_t> values, const Quantization& quantization,
                std::int64_t tile, std::span<double> out);

}  // namespace skywright::io::detail
