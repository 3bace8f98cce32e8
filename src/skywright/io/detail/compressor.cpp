#include "skywright/io/detail/compressor.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <stdexcept>

#include <fitsio.h>

#include "skywright/io/detail/card_text.h"
#include "skywright/io/detail/fits_structure.h"

namespace skywright::io::detail {
namespace {

constexpr long kTile = kTileSide;
constexpr std::size_t kRowBytes = 64;  // at most: three descriptors, scale and zero of a tile
// Noise over step: 16 costs 0.02 % of the noise with dither (Pence et al. 2010, PASP 122, 1065).
constexpr float kQuantizeLevel = 16.0F;

// cfitsio's table of files in memory is not guarded: two threads that open or close at once may be
// given one slot (4.2; ffimem takes no lock).
std::mutex memory_files;

struct Closed {
  void operator()(fitsfile* file) const {
    const std::scoped_lock hold(memory_files);
    int status = 0;
    fits_close_file(file, &status);
  }
};

void check(int status) {
  if (status == 0) return;
  if (status == MEMORY_ALLOCATION) throw std::bad_alloc();
  char text[FLEN_STATUS] = {};
  fits_get_errstatus(status, text);
  // Our own pixels on their way to memory: nothing that a user did can bring this about.
  throw std::logic_error(std::string("cfitsio cannot compress: ") + text);
}

template <class T>
CompressedHdu compressed(image::ImageView<const T> pixels, Compression compression, int bitpix,
                         int type) {
  int status = 0;
  std::size_t capacity = 0;
  void* memory = nullptr;
  // Declared before the file, so that the file is closed while its memory still stands.
  struct Memory {
    void** at;
    ~Memory() { std::free(*at); }  // cfitsio grows it with realloc
  } const release{&memory};
  // cfitsio reads a tile's descriptor before it first writes the tile, and takes fresh memory to be
  // zero as a fresh file is: so all descriptors must lie within what is zeroed here. Beyond, in the
  // heap, memory may be whatever realloc gives.
  const auto tiles = static_cast<std::size_t>((pixels.width() + kTile - 1) / kTile) *
                     static_cast<std::size_t>((pixels.height() + kTile - 1) / kTile);
  capacity = 32 * kBlock + tiles * kRowBytes + pixels.size() * sizeof(T) / 2;
  memory = std::calloc(capacity, 1);
  if (memory == nullptr) throw std::bad_alloc();
  fitsfile* raw = nullptr;
  {
    const std::scoped_lock hold(memory_files);
    fits_create_memfile(&raw, &memory, &capacity, 8 << 20, std::realloc, &status);
  }
  check(status);
  const std::unique_ptr<fitsfile, Closed> file(raw);

  fits_set_compression_type(raw, compression == Compression::gzip ? GZIP_2 : RICE_1, &status);
  std::array<long, 2> tile = {kTile, kTile};
  fits_set_tile_dim(raw, 2, tile.data(), &status);
  if (compression == Compression::rice_quantized) {
    fits_set_quantize_level(raw, kQuantizeLevel, &status);
    fits_set_quantize_method(raw, SUBTRACTIVE_DITHER_1, &status);
    fits_set_dither_seed(raw, -1, &status);  // from the checksum of the first tile, not the clock
  } else if (std::is_floating_point_v<T>) {
    fits_set_quantize_level(raw, 9999.0F, &status);  // cfitsio's word for lossless
  }
  std::array<long, 2> axes = {pixels.width(), pixels.height()};
  fits_create_img(raw, bitpix, 2, axes.data(), &status);
  check(status);
  // Bands of whole tiles: one call for each row of tiles, whether or not the view is contiguous.
  std::vector<T> band(static_cast<std::size_t>(pixels.width()) * kTile);
  for (int y = 0; y < pixels.height(); y += kTile) {
    const int rows = std::min<int>(kTile, pixels.height() - y);
    for (int r = 0; r < rows; ++r)
      std::copy(pixels.row(y + r), pixels.row(y + r) + pixels.width(),
                band.begin() + static_cast<std::ptrdiff_t>(r) * pixels.width());
    const auto count = static_cast<std::size_t>(rows) * static_cast<std::size_t>(pixels.width());
    std::array<long, 2> first = {1, y + 1};
    T null{};
    if constexpr (std::is_floating_point_v<T>) {
      // NaN must not enter the noise estimate of a quantized tile: cfitsio wants a number for it.
      if (compression == Compression::rice_quantized) {
        null = FLOATNULLVALUE;
        for (std::size_t i = 0; i < count; ++i)
          if (!std::isfinite(band[i])) band[i] = null;
      }
    }
    if (null != T{})
      fits_write_pixnull(raw, type, first.data(), static_cast<LONGLONG>(count), band.data(), &null,
                         &status);
    else
      fits_write_pix(raw, type, first.data(), static_cast<LONGLONG>(count), band.data(), &status);
    check(status);
  }
  fits_flush_file(raw, &status);
  LONGLONG header_at = 0;
  LONGLONG data_at = 0;
  LONGLONG end_at = 0;
  fits_get_hduaddrll(raw, &header_at, &data_at, &end_at, &status);
  LONGLONG heap = 0;
  LONGLONG row = 0;
  LONGLONG rows = 0;
  fits_read_key(raw, TLONGLONG, "PCOUNT", &heap, nullptr, &status);
  fits_read_key(raw, TLONGLONG, "NAXIS1", &row, nullptr, &status);
  fits_read_key(raw, TLONGLONG, "NAXIS2", &rows, nullptr, &status);
  check(status);
  const auto* bytes = static_cast<const std::uint8_t*>(memory);
  CompressedHdu out;
  out.bytes.assign(bytes + data_at, bytes + data_at + row * rows + heap);
  const auto* text = static_cast<const char*>(memory);
  for (LONGLONG at = header_at; at < data_at; at += static_cast<LONGLONG>(kCardLength)) {
    const std::string record(text + at, kCardLength);
    if (record.starts_with("END     ")) break;
    if (!record.starts_with("EXTNAME ")) out.structure += record;
  }
  return out;
}

}  // namespace

CompressedHdu compress(image::ImageView<const float> pixels, Compression compression) {
  return compressed(pixels, compression, FLOAT_IMG, TFLOAT);
}

CompressedHdu compress(image::ImageView<const std::int32_t> pixels, Compression compression) {
  return compressed(pixels, compression, LONG_IMG, TINT);
}

}  // namespace skywright::io::detail
