#include <algorithm>
#include <bit>
#include <vector>

#include "skywright/base/error.h"
#include "skywright/io/detail/big_endian.h"
#include "skywright/io/detail/card_text.h"
#include "skywright/io/detail/compressor.h"
#include "skywright/io/detail/fits_output.h"
#include "skywright/io/detail/fits_structure.h"
#include "skywright/io/detail/output_file.h"
#include "skywright/io/detail/rice_image.h"
#include "skywright/io/detail/table_output.h"
#include "skywright/io/fits.h"

namespace skywright::io {

struct FitsWriter::File {
  std::unique_ptr<detail::ByteSink> sink;
  bool empty = true;

  explicit File(std::unique_ptr<detail::ByteSink> to) : sink(std::move(to)) {}
  void add_primary(const header::Header& header);
  template <class T>
  void add_image(image::ImageView<const T> pixels, const header::Header& header,
                 const std::string& name, Compression compression);
  void add_mask(image::ImageView<const image::MaskBits> mask, const header::Header& header,
                const std::string& name, Compression compression);
  void add_masked_image(const image::MaskedImageView& image, const header::Header& header,
                        Compression compression);
};

namespace {

using detail::record_of;

/// The user's cards as text, with EXTNAME in front; those that describe storage left out.
std::string user_cards(const header::Header& header, const std::string& name) {
  std::string text;
  if (!name.empty()) text += record_of("EXTNAME", name, "name of this HDU");
  for (const header::Card& card : header.cards()) {
    // DATE is the clock's: the same content must give the same bytes.
    const bool named = !name.empty() && card.keyword == "EXTNAME";
    if (named || card.keyword == "DATE" ||
        detail::describes_storage(card.keyword, detail::Storage::image))
      continue;
    detail::format_card(card, text);
  }
  return text;
}

std::string image_structure(bool primary, int bitpix, int width, int height) {
  std::string text = primary ? record_of("SIMPLE", true, "conforms to FITS standard")
                             : record_of("XTENSION", std::string("IMAGE"), "image extension");
  text += record_of("BITPIX", std::int64_t{bitpix}, "bits a pixel; negative for reals");
  text += record_of("NAXIS", std::int64_t{2}, "number of axes");
  text += record_of("NAXIS1", std::int64_t{width});
  text += record_of("NAXIS2", std::int64_t{height});
  if (primary) return text + record_of("EXTEND", true, "extensions may follow");
  text += record_of("PCOUNT", std::int64_t{0}, "no parameters");
  return text + record_of("GCOUNT", std::int64_t{1}, "one group");
}

/// Turns `count` words around into `out` and returns their sum, in one pass.
template <class T>
std::uint64_t swapped_and_summed(const T* values, std::size_t count, std::uint32_t* out) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto word = std::bit_cast<std::uint32_t>(values[i]);
    sum += word;
    out[i] = detail::swapped(word);
  }
  return sum;
}

void check_compression(bool real, Compression compression) {
  if (real && compression == Compression::rice)
    throw ConfigError("compression=rice", "is for whole numbers, these pixels are real",
                      "use rice_quantized (small loss) or gzip (none)");
  if (!real && compression == Compression::rice_quantized)
    throw ConfigError("compression=rice_quantized", "is for real pixels, these are whole numbers",
                      "use rice");
}

template <class T>
detail::CompressedHdu compressed(image::ImageView<const T> pixels, Compression compression) {
  if constexpr (std::is_same_v<T, std::int32_t>) {
    if (compression == Compression::rice) return detail::rice_image(pixels, detail::kTileSide);
  }
  return detail::compress(pixels, compression);
}

}  // namespace

void FitsWriter::File::add_primary(const header::Header& header) {
  if (!empty) throw std::logic_error("a primary HDU must be the first of its file");
  empty = false;
  const std::string structure = record_of("SIMPLE", true, "conforms to FITS standard") +
                                record_of("BITPIX", std::int64_t{8}) +
                                record_of("NAXIS", std::int64_t{0}, "no data in this HDU") +
                                record_of("EXTEND", true, "extensions may follow");
  detail::HduOutput(*sink, structure, user_cards(header, "")).finish();
}

template <class T>
void FitsWriter::File::add_image(image::ImageView<const T> pixels, const header::Header& header,
                                 const std::string& name, Compression compression) {
  static_assert(sizeof(T) == 4);
  check_compression(std::is_floating_point_v<T>, compression);
  if (compression != Compression::none && !pixels.empty()) {
    detail::CompressedHdu packed = compressed(pixels, compression);
    if (empty) add_primary({});
    detail::HduOutput out(*sink, packed.structure, user_cards(header, name));
    // Checksums want whole words; the last ones are taken together with the padding.
    std::vector<std::uint8_t>& bytes = packed.bytes;
    bytes.resize((bytes.size() + detail::kBlock - 1) / detail::kBlock * detail::kBlock, 0);
    out.append(bytes.data(), bytes.size());
    out.finish();
    return;
  }
  const bool primary = std::exchange(empty, false);
  constexpr int kBitpix = std::is_floating_point_v<T> ? -32 : 32;
  detail::HduOutput out(*sink, image_structure(primary, kBitpix, pixels.width(), pixels.height()),
                        user_cards(header, name));
  constexpr std::size_t kPiece = 1 << 18;
  std::vector<std::uint32_t> piece(std::min(kPiece, pixels.size()));
  const auto emit = [&](const T* from, std::size_t count) {
    const std::uint64_t sum = swapped_and_summed(from, count, piece.data());
    out.append_summed(piece.data(), count * sizeof(T), sum);
  };
  const auto in_pieces = [&](const T* from, std::size_t count) {
    for (std::size_t at = 0; at < count; at += kPiece)
      emit(from + at, std::min(kPiece, count - at));
  };
  if (pixels.contiguous()) {
    in_pieces(pixels.data(), pixels.size());
  } else {
    for (int y = 0; y < pixels.height(); ++y)
      in_pieces(pixels.row(y), static_cast<std::size_t>(pixels.width()));
  }
  out.finish();
}

void FitsWriter::File::add_mask(image::ImageView<const image::MaskBits> mask,
                                const header::Header& header, const std::string& name,
                                Compression compression) {
  header::Header cards = header;
  for (const image::MaskPlane plane : image::all_mask_planes())
    cards.set("MP_" + std::string(image::mask_plane_name(plane)), static_cast<int>(plane),
              "bit of this mask plane");
  static_assert(sizeof(image::MaskBits) == sizeof(std::int32_t));
  // Signed and unsigned of one size may alias; 15 planes never reach the sign.
  const image::ImageView<const std::int32_t> whole(
      reinterpret_cast<const std::int32_t*>(mask.data()), mask.width(), mask.height(),
      mask.stride());
  add_image(whole, cards, name, compression);
}

void FitsWriter::File::add_masked_image(const image::MaskedImageView& image,
                                        const header::Header& header, Compression compression) {
  add_primary({});
  add_image(image.pixels, header, "IMAGE", compression);
  add_image(image.variance, {}, "VARIANCE", compression);
  add_mask(image.mask, {}, "MASK",
           compression == Compression::none ? Compression::none : Compression::gzip);
}

FitsWriter::FitsWriter(std::filesystem::path path)
    : file_(std::make_unique<File>(std::make_unique<detail::OutputFile>(std::move(path)))) {}
FitsWriter::~FitsWriter() = default;

void FitsWriter::add_primary(const header::Header& header) { file_->add_primary(header); }

void FitsWriter::add_image(image::ImageView<const float> pixels, const header::Header& header,
                           const std::string& name, Compression compression) {
  file_->add_image(pixels, header, name, compression);
}

void FitsWriter::add_image(image::ImageView<const std::int32_t> pixels,
                           const header::Header& header, const std::string& name,
                           Compression compression) {
  file_->add_image(pixels, header, name, compression);
}

void FitsWriter::add_mask(image::ImageView<const image::MaskBits> mask,
                          const header::Header& header, const std::string& name,
                          Compression compression) {
  file_->add_mask(mask, header, name, compression);
}

void FitsWriter::add_table(const table::Table& table, const std::string& name,
                           const header::Header& header) {
  if (file_->empty) file_->add_primary({});
  detail::write_table_hdu(*file_->sink, table, name, header);
}

void FitsWriter::finish() {
  if (file_->empty) file_->add_primary({});
  static_cast<detail::OutputFile&>(*file_->sink).publish();
}

std::vector<std::uint8_t> FitsWriter::bytes_of_masked_image(const image::MaskedImageView& image,
                                                            const header::Header& header,
                                                            image::ImageView<const float> psf) {
  File file(std::make_unique<detail::MemorySink>());
  file.add_masked_image(image, header, Compression::none);
  if (!psf.empty()) file.add_image(psf, {}, "PSF", Compression::none);
  return static_cast<detail::MemorySink&>(*file.sink).take();
}

void write_image(const std::filesystem::path& path, image::ImageView<const float> pixels,
                 const header::Header& header, Compression compression) {
  FitsWriter writer(path);
  writer.add_image(pixels, header, {}, compression);
  writer.finish();
}

void write_masked_image(const std::filesystem::path& path, const image::MaskedImageView& image,
                        const header::Header& header, Compression compression) {
  FitsWriter writer(path);
  writer.add_primary({});
  writer.add_image(image.pixels, header, "IMAGE", compression);
  writer.add_image(image.variance, {}, "VARIANCE", compression);
  writer.add_mask(image.mask, {}, "MASK",
                  compression == Compression::none ? Compression::none : Compression::gzip);
  writer.finish();
}

void convert_image(const HduPath& input, const std::filesystem::path& output,
                   const std::string& compression) {
  if (compression != "none" && compression != "gzip" && compression != "rice")
    throw ConfigError("compression=" + compression, "must be none, gzip or rice",
                      "the default is none");
  const auto kind = [&](Compression rice) {
    return compression == "none"   ? Compression::none
           : compression == "gzip" ? Compression::gzip
                                   : rice;
  };
  FitsWriter writer(output);
  try {
    const FitsIntegerImage image = read_integer_image(input.path, input.hdu);
    writer.add_image(image.pixels, image.header, {}, kind(Compression::rice));
  } catch (const InputError&) {  // reals, or integers too large: as reals
    const FitsImage image = read_image(input.path, input.hdu);
    writer.add_image(image.pixels, image.header, {}, kind(Compression::rice_quantized));
  }
  writer.finish();
}

}  // namespace skywright::io
