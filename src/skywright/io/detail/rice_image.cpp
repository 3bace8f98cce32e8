#include "skywright/io/detail/rice_image.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include "skywright/io/detail/big_endian.h"
#include "skywright/io/detail/fits_output.h"

namespace skywright::io::detail {
namespace {

constexpr std::size_t kBlockValues = 32;
constexpr int kSplitBits = 5;        // that tell how a block of 32-bit values is split
constexpr unsigned kSplitMost = 25;  // from here on values are stored as they are
// Split or not, a block takes no more bits than this: the unary parts of 32 values are about twice
// their number, since the split follows the mean, and 24 bits are the most that are split off.
constexpr std::size_t kMostBytesOfBlock = (kSplitBits + 32 * kBlockValues) / 8 + 1;

/// Puts bits into bytes, the highest first. The caller sees to room at `at`.
class BitWriter {
 public:
  explicit BitWriter(std::uint8_t* at) : at_(at) {}

  /// @pre value < 2^count, count <= 32
  void put(std::uint32_t value, int count) {
    held_ = held_ << count | value;
    filled_ += count;
    if (filled_ < 32) return;
    filled_ -= 32;
    to_big_endian(static_cast<std::uint32_t>(held_ >> filled_), at_);
    at_ += 4;
  }
  /// `count` zeros and a one.
  void put_unary(std::uint32_t count) {
    for (; count >= 32; count -= 32) put(0, 32);
    put(0, static_cast<int>(count));
    put(1, 1);
  }
  /// @return one past the last byte, the rest of which is zero
  std::uint8_t* finish() {
    for (; filled_ > 0; filled_ -= 8)
      *at_++ =
          static_cast<std::uint8_t>(filled_ >= 8 ? held_ >> (filled_ - 8) : held_ << (8 - filled_));
    return at_;
  }

 private:
  std::uint8_t* at_;
  std::uint64_t held_ = 0;  // the lowest `filled_` bits are still to be written
  int filled_ = 0;
};

using Block = std::array<std::uint32_t, kBlockValues>;

/// Differences of neighbours, folded; returns their sum.
std::uint64_t folded_differences(std::span<const std::int32_t> values, std::uint32_t last,
                                 Block& folded) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto value = static_cast<std::uint32_t>(values[i]);
    const std::uint32_t step = value - last;  // modulo 2^32, as readers undo it
    const std::uint32_t sign = 0U - (step >> 31);
    folded[i] = (step << 1) ^ sign;
    sum += folded[i];
    last = value;
  }
  return sum;
}

/// Bits of the binary part: about log2 of the mean, the rule that cfitsio follows.
unsigned split_of(std::uint64_t sum, std::size_t count) {
  const double n = static_cast<double>(count);
  const double mean = (static_cast<double>(sum) - static_cast<double>(count / 2) - 1.0) / n;
  const auto half = mean > 0.0 ? static_cast<std::uint32_t>(mean) >> 1 : 0U;
  return static_cast<unsigned>(std::bit_width(half));
}

void put_block(std::span<const std::uint32_t> folded, std::uint64_t sum, BitWriter& bits) {
  const unsigned split = split_of(sum, folded.size());
  if (split >= kSplitMost) {
    bits.put(kSplitMost + 1, kSplitBits);
    for (const std::uint32_t v : folded) bits.put(v, 32);
    return;
  }
  if (sum == 0) {
    bits.put(0, kSplitBits);
    return;
  }
  bits.put(split + 1, kSplitBits);
  const std::uint32_t low = (1U << split) - 1U;
  for (const std::uint32_t v : folded) {
    bits.put_unary(v >> split);
    bits.put(v & low, static_cast<int>(split));
  }
}

std::string structure_of(image::ImageView<const std::int32_t> pixels, int side, std::size_t tiles,
                         std::size_t heap, std::size_t largest) {
  const auto whole = [](const char* key, std::size_t value, const char* comment) {
    return record_of(key, static_cast<std::int64_t>(value), comment);
  };
  const auto width = static_cast<std::size_t>(pixels.width());
  const auto height = static_cast<std::size_t>(pixels.height());
  const auto tile = static_cast<std::size_t>(side);
  return record_of("XTENSION", std::string("BINTABLE"), "binary table extension") +
         whole("BITPIX", 8, "8-bit bytes") + whole("NAXIS", 2, "2-dimensional binary table") +
         whole("NAXIS1", 8, "width of table in bytes") +
         whole("NAXIS2", tiles, "number of rows in table") +
         whole("PCOUNT", heap, "size of special data area") +
         whole("GCOUNT", 1, "one data group (required keyword)") +
         whole("TFIELDS", 1, "number of fields in each row") +
         record_of("TTYPE1", std::string("COMPRESSED_DATA"), "label for field   1") +
         record_of("TFORM1", fmt::format("1PB({})", largest),
                   "data format of field: variable length array") +
         record_of("ZIMAGE", true, "extension contains compressed image") +
         record_of("ZSIMPLE", true, "file does conform to FITS standard") +
         whole("ZBITPIX", 32, "data type of original image") +
         whole("ZNAXIS", 2, "dimension of original image") +
         whole("ZNAXIS1", width, "length of original image axis") +
         whole("ZNAXIS2", height, "length of original image axis") +
         whole("ZTILE1", tile, "size of tiles to be compressed") +
         whole("ZTILE2", tile, "size of tiles to be compressed") +
         record_of("ZCMPTYPE", std::string("RICE_1"), "compression algorithm") +
         record_of("ZNAME1", std::string("BLOCKSIZE"), "compression block size") +
         whole("ZVAL1", kBlockValues, "pixels per block") +
         record_of("ZNAME2", std::string("BYTEPIX"), "bytes per pixel (1, 2, 4, or 8)") +
         whole("ZVAL2", 4, "bytes per pixel (1, 2, 4, or 8)");
}

}  // namespace

void encode_rice(std::span<const std::int32_t> values, std::vector<std::uint8_t>& out) {
  if (values.empty()) return;
  const std::size_t begin = out.size();
  const std::size_t blocks = (values.size() + kBlockValues - 1) / kBlockValues;
  out.resize(begin + 16 + blocks * kMostBytesOfBlock);
  BitWriter bits(out.data() + begin);
  auto last = static_cast<std::uint32_t>(values.front());
  bits.put(last, 32);
  Block folded;
  for (std::size_t i = 0; i < values.size(); i += kBlockValues) {
    const auto block = values.subspan(i, std::min(kBlockValues, values.size() - i));
    const std::uint64_t sum = folded_differences(block, last, folded);
    put_block(std::span(folded).first(block.size()), sum, bits);
    last = static_cast<std::uint32_t>(block.back());
  }
  out.resize(static_cast<std::size_t>(bits.finish() - out.data()));
}

CompressedHdu rice_image(image::ImageView<const std::int32_t> pixels, int side) {
  const auto across = static_cast<std::size_t>((pixels.width() + side - 1) / side);
  const auto down = static_cast<std::size_t>((pixels.height() + side - 1) / side);
  const std::size_t tiles = across * down;
  std::vector<std::uint8_t> descriptors(8 * tiles);
  std::vector<std::uint8_t> heap;
  std::vector<std::int32_t> tile;
  std::size_t largest = 0;
  for (std::size_t t = 0; t < tiles; ++t) {
    const image::Box box = image::Box{static_cast<int>(t % across) * side,
                                      static_cast<int>(t / across) * side, side, side}
                               .intersection(pixels.box());
    tile.clear();
    for (int y = box.y0; y < box.y_end(); ++y)
      tile.insert(tile.end(), pixels.row(y) + box.x0, pixels.row(y) + box.x_end());
    const std::size_t at = heap.size();
    encode_rice(tile, heap);
    if (heap.size() > std::numeric_limits<std::uint32_t>::max())
      throw std::length_error("an image of more than 4 GiB when compressed");
    largest = std::max(largest, heap.size() - at);
    to_big_endian(static_cast<std::uint32_t>(heap.size() - at), descriptors.data() + 8 * t);
    to_big_endian(static_cast<std::uint32_t>(at), descriptors.data() + 8 * t + 4);
  }
  CompressedHdu out;
  out.structure = structure_of(pixels, side, tiles, heap.size(), largest);
  out.bytes = std::move(descriptors);
  out.bytes.insert(out.bytes.end(), heap.begin(), heap.end());
  return out;
}

}  // namespace skywright::io::detail
