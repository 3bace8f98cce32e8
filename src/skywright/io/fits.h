/// FITS files: images plain and tile-compressed, several extensions, tables. Reading never trusts a
/// stranger's file: sizes are checked against the file's length before anything is decoded, every
/// fault is an InputError that names the file, what is wrong and what to do.
///
/// Writing goes to a temporary name beside the target and appears whole or not at all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "skywright/header/header.h"
#include "skywright/image/image.h"
#include "skywright/image/masked_image.h"
#include "skywright/table/table.h"

namespace skywright::io {

enum class HduKind { image, binary_table, ascii_table };

/// One header-data unit of a file, as `list_hdus` reports it.
struct HduSummary {
  int index = 0;  ///< from 0, the primary
  HduKind kind = HduKind::image;
  std::string name;                ///< EXTNAME, may be empty
  int bitpix = 0;                  ///< of the uncompressed image
  std::vector<std::int64_t> axes;  ///< NAXIS1 first; empty for a dataless HDU
  bool compressed = false;         ///< a tile-compressed image
};
std::vector<HduSummary> list_hdus(const std::filesystem::path& path);

/// Which HDU to read: by index, by EXTNAME, or the first with a two-dimensional image.
struct HduSelector {
  std::optional<int> index;
  std::optional<std::string> name;
};
/// "image.fits[2]" or "image.fits[SCI]" names an HDU of a file; a plain path names none.
struct HduPath {
  std::filesystem::path path;
  HduSelector hdu;
};
HduPath parse_hdu_path(const std::string& text);

/// The header that read_image would give; of the primary, where nothing is named and the file has
/// no image.
header::Header read_header(const std::filesystem::path& path, const HduSelector& hdu = {});

/// Pixels with BSCALE and BZERO applied; BLANK becomes NaN. The header holds the cards as they
/// stood, less those that describe storage (BITPIX, NAXISn, BSCALE, BZERO, BLANK, Z*, CHECKSUM,
/// DATASUM). Where the primary HDU holds no data, its cards are put in front of an extension's,
/// unless INHERIT is false; where both have a keyword, the extension's value stands.
struct FitsImage {
  header::Header header;
  image::Image<float> pixels;
};
FitsImage read_image(const std::filesystem::path& path, const HduSelector& hdu = {});

/// As read_image, but exact integers: for raw frames and masks. @throws InputError for real pixels
struct FitsIntegerImage {
  header::Header header;
  image::Image<std::int32_t> pixels;
};
FitsIntegerImage read_integer_image(const std::filesystem::path& path, const HduSelector& hdu = {});

/// Pixels, variance and mask from EXTNAMEs IMAGE, VARIANCE and MASK, mask bits matched by their
/// MP_ names. @throws InputError where one of the three is missing or sizes differ
struct MaskedExposure {
  header::Header header;  ///< of IMAGE, primary cards in front
  image::MaskedImage image;
};
MaskedExposure read_masked_image(const std::filesystem::path& path);

/// Without a selector, the first table. Nulls become NaN, 0, false or empty text; an array column
/// of up to 64 becomes name_1, name_2, ...; what a Table cannot hold is left out and named in
/// metadata["columns_left_out"].
table::Table read_fits_table(const std::filesystem::path& path, const HduSelector& hdu = {});

enum class Compression {
  none,
  rice,           ///< lossless, for integers, in 128x128 tiles
  gzip,           ///< lossless, for anything (GZIP_2)
  rice_quantized  ///< floats quantized at noise / 16 with subtractive dither, seeded by content
};

/// Builds one file; `finish` publishes it, a writer destroyed before leaves nothing behind.
/// No DATE card is written; CHECKSUM and DATASUM are.
class FitsWriter {
 public:
  explicit FitsWriter(std::filesystem::path path);
  ~FitsWriter();
  FitsWriter(const FitsWriter&) = delete;
  FitsWriter& operator=(const FitsWriter&) = delete;

  /// A primary HDU without data. Only as the first.
  void add_primary(const header::Header& header);
  void add_image(image::ImageView<const float> pixels, const header::Header& header,
                 const std::string& name = {}, Compression compression = Compression::none);
  void add_image(image::ImageView<const std::int32_t> pixels, const header::Header& header,
                 const std::string& name = {}, Compression compression = Compression::none);
  /// Masks: written as int32 with MP_ cards.
  void add_mask(image::ImageView<const image::MaskBits> mask, const header::Header& header,
                const std::string& name = "MASK", Compression compression = Compression::gzip);
  void add_table(const table::Table& table, const std::string& name,
                 const header::Header& header = {});
  /// Flush, fsync and rename over the target. @throws StorageError
  void finish();
  /// The whole file in memory instead (for cutouts in alerts).
  /// @param psf written as a further extension called PSF; empty for none
  static std::vector<std::uint8_t> bytes_of_masked_image(const image::MaskedImageView& image,
                                                         const header::Header& header,
                                                         image::ImageView<const float> psf = {});

 private:
  struct File;
  std::unique_ptr<File> file_;
};

void write_image(const std::filesystem::path& path, image::ImageView<const float> pixels,
                 const header::Header& header, Compression compression = Compression::none);
void write_masked_image(const std::filesystem::path& path, const image::MaskedImageView& image,
                        const header::Header& header, Compression compression = Compression::none);

/// One image into a file of its own; whole numbers stay whole where they fit 32 bits.
/// @param compression "none", "gzip" or "rice" (rice_quantized for reals); ConfigError for others
void convert_image(const HduPath& input, const std::filesystem::path& output,
                   const std::string& compression);

}  // namespace skywright::io
