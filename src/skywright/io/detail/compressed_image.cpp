#include "skywright/io/detail/compressed_image.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/io/detail/big_endian.h"
#include "skywright/io/detail/pixel_data.h"
#include "skywright/io/detail/tile_codec.h"

namespace skywright::io::detail {
namespace {

enum class Codec { rice, gzip, shuffled_gzip, plio, none };

// Deflate gains at most 1032 to 1, Rice about 200: an image that claims more is no image.
constexpr std::uint64_t kMostGain = 1100;
constexpr std::uint64_t kAlwaysAllowed = std::uint64_t{1} << 20;

using Bytes = std::span<const std::uint8_t>;

class TiledImage {
 public:
  TiledImage(const ByteSource& file, const HduLayout& hdu)
      : file_(file), hdu_(hdu), extent_(extent_of(file, hdu)) {
    read_codec();
    read_tiling();
    read_quantization();
    data_.resize(hdu.data_size);
    file.read(hdu.data_offset, data_.data(), data_.size());
  }

  [[nodiscard]] Extent extent() const { return extent_; }

  /// Calls sink(tile box, values) for each tile, values as doubles with quantization undone.
  template <class Sink>
  void for_real_tiles(Sink&& sink) {
    std::vector<double> reals;
    for (std::int64_t tile = 0; tile < tiles_; ++tile) {
      const image::Box box = tile_box(tile);
      const std::size_t pixels = checked_pixels(tile, box);
      reals.resize(pixels);
      real_tile(tile, reals);
      sink(box, std::span<const double>(reals));
    }
  }

  template <class Sink>
  void for_whole_tiles(Sink&& sink) {
    std::vector<std::int32_t> values;
    for (std::int64_t tile = 0; tile < tiles_; ++tile) {
      const image::Box box = tile_box(tile);
      values.resize(checked_pixels(tile, box));
      whole_tile(tile, values);
      sink(box, std::span<const std::int32_t>(values));
    }
  }

 private:
  [[noreturn]] void refuse(std::string_view reason) const {
    throw InputError(file_.name(), reason, "fetch the file again, or funpack it first");
  }

  void read_codec() {
    const std::string name = hdu_.header.text("ZCMPTYPE").value_or("");
    if (name == "RICE_1" || name == "RICE_ONE")
      codec_ = Codec::rice;
    else if (name == "GZIP_1")
      codec_ = Codec::gzip;
    else if (name == "GZIP_2")
      codec_ = Codec::shuffled_gzip;
    else if (name == "PLIO_1")
      codec_ = Codec::plio;
    else if (name == "NOCOMPRESS")
      codec_ = Codec::none;
    else
      refuse(fmt::format("is compressed by '{}', which is not read here", name));
    for (int i = 1; i <= 8; ++i) {
      const std::string key = hdu_.header.text(fmt::format("ZNAME{}", i)).value_or("");
      const auto value = hdu_.header.whole(fmt::format("ZVAL{}", i));
      if (key == "BLOCKSIZE" && value) rice_block_ = *value;
      if (key == "BYTEPIX" && value) rice_bytes_ = *value;
    }
    if (rice_block_ < 1 || rice_block_ > 4096) refuse("has a Rice BLOCKSIZE out of range");
  }

  void read_tiling() {
    std::int64_t expected = 1;
    for (std::size_t i = 0; i < hdu_.axes.size(); ++i) {
      const auto key = fmt::format("ZTILE{}", i + 1);
      const auto given = hdu_.header.whole(key);
      const std::int64_t size = given.value_or(i == 0 ? hdu_.axes[0] : 1);
      if (size < 1) refuse(fmt::format("has {}={}", key, size));
      if (i == 0) tile_width_ = std::min(size, hdu_.axes[0]);
      if (i == 1) tile_height_ = std::min(size, hdu_.axes[1]);
    }
    across_ = (hdu_.axes[0] + tile_width_ - 1) / tile_width_;
    const std::int64_t down = (hdu_.axes[1] + tile_height_ - 1) / tile_height_;
    expected = across_ * down;  // each below 2^30
    if (expected != hdu_.rows)
      refuse(fmt::format("has {} tiles where its size asks for {}", hdu_.rows, expected));
    tiles_ = expected;
    const auto bytes = static_cast<std::uint64_t>(std::abs(hdu_.bitpix)) / 8 *
                       static_cast<std::uint64_t>(hdu_.axes[0]) *
                       static_cast<std::uint64_t>(hdu_.axes[1]);
    if (bytes > kAlwaysAllowed && bytes / kMostGain > hdu_.data_size)
      refuse("declares more pixels than its compressed data can hold");
    compressed_ = hdu_.column("COMPRESSED_DATA");
    gzipped_ = hdu_.column("GZIP_COMPRESSED_DATA");
    plain_ = hdu_.column("UNCOMPRESSED_DATA");
    if (compressed_ == nullptr) refuse("has no column COMPRESSED_DATA");
    for (const ColumnLayout* column : {compressed_, gzipped_, plain_})
      if (column != nullptr && (column->element == 0 || column->repeat != 1))
        refuse(fmt::format("has a column {} that is not of variable length", column->name));
  }

  void read_quantization() {
    scale_ = hdu_.column("ZSCALE");
    zero_ = hdu_.column("ZZERO");
    blank_ = hdu_.column("ZBLANK");
    fixed_.scale = hdu_.header.number("ZSCALE").value_or(1.0);
    fixed_.zero = hdu_.header.number("ZZERO").value_or(0.0);
    quantized_ = hdu_.bitpix < 0 && (scale_ != nullptr || hdu_.header.number("ZSCALE").has_value());
    const std::string method = hdu_.header.text("ZQUANTIZ").value_or("NO_DITHER");
    if (method == "SUBTRACTIVE_DITHER_1")
      fixed_.dither = Dither::subtractive_1;
    else if (method == "SUBTRACTIVE_DITHER_2")
      fixed_.dither = Dither::subtractive_2;
    else if (method != "NO_DITHER" && method != "NONE")
      refuse(fmt::format("has ZQUANTIZ='{}', which is not known", method));
    if (method == "NONE") quantized_ = false;
    fixed_.seed = hdu_.header.whole("ZDITHER0").value_or(1);
    if (const auto blank = hdu_.header.whole("ZBLANK"))
      fixed_.null =
          static_cast<std::int32_t>(std::clamp<std::int64_t>(*blank, INT32_MIN, INT32_MAX));
    for (const ColumnLayout* column : {scale_, zero_})
      if (column != nullptr && (column->type != 'D' || column->repeat != 1))
        refuse("has ZSCALE or ZZERO columns that hold no doubles");
    if (blank_ != nullptr && (blank_->type != 'J' || blank_->repeat != 1))
      refuse("has a ZBLANK column that holds no integers");
  }

  [[nodiscard]] const std::uint8_t* field(std::int64_t row, const ColumnLayout& column) const {
    return data_.data() + row * hdu_.row_size + column.offset;
  }

  /// The bytes that a row's descriptor points at in the heap.
  [[nodiscard]] Bytes stored(std::int64_t row, const ColumnLayout* column) const {
    if (column == nullptr) return {};
    const std::uint8_t* descriptor = field(row, *column);
    std::int64_t count = 0;
    std::int64_t offset = 0;
    if (column->type == 'P') {
      count = from_big_endian<std::uint32_t>(descriptor);
      offset = from_big_endian<std::uint32_t>(descriptor + 4);
    } else {
      count = from_big_endian<std::int64_t>(descriptor);
      offset = from_big_endian<std::int64_t>(descriptor + 8);
    }
    const std::int64_t size = element_size(column->element);
    if (count < 0 || offset < 0 || count > hdu_.heap_size / size ||
        offset > hdu_.heap_size - count * size)
      refuse(fmt::format("has a tile ({}) that lies outside its heap", row));
    return {data_.data() + hdu_.heap_offset + offset, static_cast<std::size_t>(count * size)};
  }

  /// The tile's pixels, if its stored bytes can hold so many: memory is taken for them next.
  [[nodiscard]] std::size_t checked_pixels(std::int64_t tile, const image::Box& box) const {
    const std::uint64_t pixels =
        static_cast<std::uint64_t>(box.width) * static_cast<std::uint64_t>(box.height);
    const std::uint64_t bytes = stored(tile, compressed_).size() + stored(tile, gzipped_).size() +
                                stored(tile, plain_).size();
    if (pixels > kAlwaysAllowed && pixels / kMostGain > bytes) refuse_tile(tile);
    return pixels;
  }

  [[nodiscard]] image::Box tile_box(std::int64_t tile) const {
    const std::int64_t x = tile % across_ * tile_width_;
    const std::int64_t y = tile / across_ * tile_height_;
    return {static_cast<int>(x), static_cast<int>(y),
            static_cast<int>(std::min(tile_width_, hdu_.axes[0] - x)),
            static_cast<int>(std::min(tile_height_, hdu_.axes[1] - y))};
  }

  [[noreturn]] void refuse_tile(std::int64_t tile) const {
    refuse(fmt::format("has a damaged tile ({})", tile));
  }

  /// Bytes of `count` values of `width` bytes from a gzipped or plain tile.
  [[nodiscard]] std::vector<std::uint8_t> raw_values(std::int64_t tile, Bytes bytes, Codec codec,
                                                     std::size_t count, int width) const {
    std::vector<std::uint8_t> out(count * static_cast<std::size_t>(width));
    if (codec == Codec::none) {
      if (bytes.size() != out.size()) refuse_tile(tile);
      std::copy(bytes.begin(), bytes.end(), out.begin());
      return out;
    }
    if (!inflate_exactly(bytes, out)) refuse_tile(tile);
    return codec == Codec::shuffled_gzip ? unshuffled(out, width) : out;
  }

  /// Integers of a tile; `width` as stored where the codec keeps whole values.
  void decode_whole(std::int64_t tile, Bytes bytes, Codec codec, int width,
                    std::span<std::int32_t> out) const {
    if (codec == Codec::rice) {
      const auto value_bytes = static_cast<int>(rice_bytes_.value_or(4));
      if (!decode_rice(bytes, value_bytes, static_cast<int>(rice_block_), out)) refuse_tile(tile);
      return;
    }
    if (codec == Codec::plio) {
      if (!decode_plio(bytes, out)) refuse_tile(tile);
      return;
    }
    const auto raw = raw_values(tile, bytes, codec, out.size(), width);
    for (std::size_t i = 0; i < out.size(); ++i) {
      const std::uint8_t* at = raw.data() + i * static_cast<std::size_t>(width);
      if (width == 1)
        out[i] = *at;
      else if (width == 2)
        out[i] = from_big_endian<std::int16_t>(at);
      else
        out[i] = from_big_endian<std::int32_t>(at);
    }
  }

  void whole_tile(std::int64_t tile, std::span<std::int32_t> out) const {
    if (hdu_.bitpix == 64) refuse("holds compressed 64-bit integers, which are not read here");
    const int width = hdu_.bitpix / 8;
    if (const Bytes bytes = stored(tile, compressed_); !bytes.empty())
      decode_whole(tile, bytes, codec_, width, out);
    else if (const Bytes gz = stored(tile, gzipped_); !gz.empty())
      decode_whole(tile, gz, Codec::gzip, width, out);
    else if (const Bytes plain = stored(tile, plain_); !plain.empty())
      decode_whole(tile, plain, Codec::none, width, out);
    else
      refuse_tile(tile);
  }

  void decode_real(std::int64_t tile, Bytes bytes, Codec codec, std::span<double> out) const {
    const int width = std::abs(hdu_.bitpix) / 8;
    const auto raw = raw_values(tile, bytes, codec, out.size(), width);
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = width == 4 ? static_cast<double>(from_big_endian<float>(raw.data() + 4 * i))
                          : from_big_endian<double>(raw.data() + 8 * i);
    }
  }

  void real_tile(std::int64_t tile, std::span<double> out) {
    whole_.resize(out.size());
    if (hdu_.bitpix > 0) {
      whole_tile(tile, whole_);
      std::transform(whole_.begin(), whole_.end(), out.begin(),
                     [](std::int32_t v) { return static_cast<double>(v); });
      return;
    }
    const Bytes bytes = stored(tile, compressed_);
    // Tiles whose noise is zero or unknown are kept exactly, gzipped (FITS 4.0, section 10.2).
    if (bytes.empty()) {
      const Bytes gz = stored(tile, gzipped_);
      const Bytes plain = stored(tile, plain_);
      if (gz.empty() && plain.empty()) refuse_tile(tile);
      decode_real(tile, gz.empty() ? plain : gz, gz.empty() ? Codec::none : Codec::gzip, out);
      return;
    }
    if (!quantized_) {
      if (codec_ == Codec::rice || codec_ == Codec::plio) refuse_tile(tile);
      decode_real(tile, bytes, codec_, out);
      return;
    }
    decode_whole(tile, bytes, codec_, 4, whole_);
    Quantization q = fixed_;
    if (scale_ != nullptr) q.scale = from_big_endian<double>(field(tile, *scale_));
    if (zero_ != nullptr) q.zero = from_big_endian<double>(field(tile, *zero_));
    if (blank_ != nullptr) q.null = from_big_endian<std::int32_t>(field(tile, *blank_));
    dequantize(whole_, q, tile, out);
  }

  const ByteSource& file_;
  const HduLayout& hdu_;
  Extent extent_;
  Codec codec_ = Codec::none;
  std::int64_t rice_block_ = 32;
  std::optional<std::int64_t> rice_bytes_;
  std::int64_t tile_width_ = 1;
  std::int64_t tile_height_ = 1;
  std::int64_t across_ = 1;
  std::int64_t tiles_ = 0;
  const ColumnLayout* compressed_ = nullptr;
  const ColumnLayout* gzipped_ = nullptr;
  const ColumnLayout* plain_ = nullptr;
  const ColumnLayout* scale_ = nullptr;
  const ColumnLayout* zero_ = nullptr;
  const ColumnLayout* blank_ = nullptr;
  bool quantized_ = false;
  Quantization fixed_;
  std::vector<std::uint8_t> data_;
  std::vector<std::int32_t> whole_;
};

}  // namespace

image::Image<float> decompress_real(const ByteSource& file, const HduLayout& hdu,
                                    const Scaling& scaling) {
  TiledImage tiles(file, hdu);
  auto out = image::Image<float>::uninitialised(tiles.extent().width, tiles.extent().height);
  const double blank = static_cast<double>(scaling.blank);
  tiles.for_real_tiles([&](const image::Box& box, std::span<const double> values) {
    for (int y = 0; y < box.height; ++y) {
      float* row = out.row(box.y0 + y) + box.x0;
      const double* from = values.data() + static_cast<std::ptrdiff_t>(y) * box.width;
      for (int x = 0; x < box.width; ++x) {
        const bool blanked = scaling.has_blank && from[x] == blank;
        row[x] = blanked ? std::numeric_limits<float>::quiet_NaN()
                         : static_cast<float>(from[x] * scaling.scale + scaling.zero);
      }
    }
  });
  return out;
}

image::Image<std::int32_t> decompress_whole(const ByteSource& file, const HduLayout& hdu) {
  TiledImage tiles(file, hdu);
  auto out = image::Image<std::int32_t>::uninitialised(tiles.extent().width, tiles.extent().height);
  tiles.for_whole_tiles([&](const image::Box& box, std::span<const std::int32_t> values) {
    for (int y = 0; y < box.height; ++y) {
      const std::int32_t* from = values.data() + static_cast<std::ptrdiff_t>(y) * box.width;
      std::copy(from, from + box.width, out.row(box.y0 + y) + box.x0);
    }
  });
  return out;
}

}  // namespace skywright::io::detail
