#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/io/detail/card_text.h"
#include "skywright/io/detail/fits_file.h"
#include "skywright/io/detail/pixel_data.h"
#include "skywright/io/fits.h"

namespace skywright::io {
namespace detail {
namespace {

bool same_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::string name_of(const HduLayout& hdu) { return hdu.header.text("EXTNAME").value_or(""); }

bool is_table(const HduLayout& hdu) {
  return !hdu.compressed && (hdu.type == HduType::binary_table || hdu.type == HduType::ascii_table);
}

std::size_t FitsFile::selected(const HduSelector& selector, bool (*fits)(const HduLayout&)) const {
  const auto refuse = [&](const std::string& wanted) {
    std::string have;
    for (std::size_t i = 0; i < std::min<std::size_t>(hdus.size(), 40); ++i)
      have += fmt::format("{}{}{}{}", have.empty() ? "" : " ", i,
                          name_of(hdus[i]).empty() ? "" : ":", name_of(hdus[i]));
    throw InputError(bytes->name(), "has no " + wanted, "its HDUs are " + have);
  };
  if (selector.index) {
    if (*selector.index < 0 || static_cast<std::size_t>(*selector.index) >= hdus.size())
      refuse(fmt::format("HDU {}", *selector.index));
    return static_cast<std::size_t>(*selector.index);
  }
  if (selector.name) {
    const auto named = [&](auto&& same) {
      return std::find_if(hdus.begin(), hdus.end(),
                          [&](const HduLayout& hdu) { return same(name_of(hdu)); });
    };
    auto it = named([&](const std::string& name) { return name == *selector.name; });
    if (it == hdus.end())
      it = named([&](const std::string& n) { return same_ignoring_case(n, *selector.name); });
    if (it == hdus.end()) refuse(fmt::format("HDU named {}", *selector.name));
    return static_cast<std::size_t>(it - hdus.begin());
  }
  const auto it = std::find_if(hdus.begin(), hdus.end(), fits);
  if (it == hdus.end()) refuse(fits == &is_table ? "table" : "two-dimensional image");
  return static_cast<std::size_t>(it - hdus.begin());
}

}  // namespace detail

namespace {

using detail::FitsFile;
using detail::HduLayout;
using detail::HduType;
using detail::Storage;

/// Comments that cfitsio puts into every primary header.
bool is_boilerplate(const header::Card& card) {
  return card.keyword == "COMMENT" &&
         (card.comment.find("FITS (Flexible Image Transport System) format is") !=
              std::string::npos ||
          card.comment.find("Astrophysics', volume 376, page 359") != std::string::npos);
}

void copy_cards(const HduLayout& hdu, header::Header& to,
                const header::Header* overridden_by = nullptr) {
  const bool table = hdu.type == HduType::binary_table || hdu.type == HduType::ascii_table;
  for (const header::Card& card : hdu.header.cards()) {
    if (detail::describes_storage(card.keyword, table ? Storage::table : Storage::image)) continue;
    if (is_boilerplate(card)) continue;
    const bool commentary =
        card.keyword.empty() || std::holds_alternative<std::monostate>(card.value);
    if (overridden_by != nullptr && (card.keyword == "EXTNAME" || card.keyword == "INHERIT" ||
                                     (!commentary && overridden_by->contains(card.keyword))))
      continue;
    to.append(card);
  }
}

/// The HDU's cards without those of storage; the primary's in front of an extension's, where the
/// primary holds no data and INHERIT does not forbid it.
header::Header header_of(const FitsFile& file, std::size_t index) {
  header::Header out;
  const HduLayout& hdu = file.hdus[index];
  if (index > 0 && file.hdus[0].data_size == 0 && hdu.header.logical("INHERIT").value_or(true))
    copy_cards(file.hdus[0], out, &hdu.header);
  copy_cards(hdu, out);
  return out;
}

/// Map the bits of a mask, as its MP_ cards name them, to ours. Bits without a name, and planes
/// that we do not have, are dropped; a mask without MP_ cards is taken to be in our own order.
image::Image<image::MaskBits> mask_of(const header::Header& header,
                                      const image::Image<std::int32_t>& stored) {
  constexpr int kBits = 32;
  std::array<image::MaskBits, kBits> to{};
  bool named = false;
  for (const header::Card& card : header.cards()) {
    if (!card.keyword.starts_with("MP_")) continue;
    named = true;
    const auto plane = image::mask_plane_named(std::string_view(card.keyword).substr(3));
    const auto bit = header.whole(card.keyword);
    if (plane && bit && *bit >= 0 && *bit < kBits)
      to[static_cast<std::size_t>(*bit)] |= image::bit(*plane);
  }
  if (!named)
    for (const image::MaskPlane plane : image::all_mask_planes())
      to[static_cast<std::size_t>(plane)] = image::bit(plane);
  auto out = image::Image<image::MaskBits>::uninitialised(stored.width(), stored.height());
  const auto from = stored.pixels();
  const auto pixels = out.pixels();
  image::MaskBits kept = 0;
  bool moved = false;
  for (std::size_t i = 0; i < to.size(); ++i) {
    const image::MaskBits same = image::MaskBits{1} << i;
    moved |= to[i] != 0 && to[i] != same;
    kept |= to[i] & same;
  }
  if (!moved) {  // as we write masks ourselves
    for (std::size_t i = 0; i < pixels.size(); ++i)
      pixels[i] = static_cast<image::MaskBits>(from[i]) & kept;
    return out;
  }
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    image::MaskBits bits = 0;
    for (auto rest = static_cast<std::uint32_t>(from[i]); rest != 0; rest &= rest - 1)
      bits |= to[static_cast<std::size_t>(std::countr_zero(rest))];
    pixels[i] = bits;
  }
  return out;
}

}  // namespace

std::vector<HduSummary> list_hdus(const std::filesystem::path& path) {
  const FitsFile file(path);
  std::vector<HduSummary> out;
  for (const HduLayout& hdu : file.hdus) {
    HduSummary summary;
    summary.index = static_cast<int>(out.size());
    summary.kind = hdu.compressed || !detail::is_table(hdu) ? HduKind::image
                   : hdu.type == HduType::ascii_table       ? HduKind::ascii_table
                                                            : HduKind::binary_table;
    summary.name = detail::name_of(hdu);
    summary.bitpix = hdu.bitpix;
    if (detail::is_table(hdu))
      summary.axes = {static_cast<std::int64_t>(hdu.columns.size()), hdu.rows};
    else
      summary.axes = hdu.axes;
    summary.compressed = hdu.compressed;
    out.push_back(std::move(summary));
  }
  return out;
}

HduPath parse_hdu_path(const std::string& text) {
  std::error_code ignored;
  const auto open = text.rfind('[');
  if (!text.ends_with(']') || open == std::string::npos || open == 0 ||
      std::filesystem::exists(text, ignored))
    return {text, {}};
  const std::string inner = text.substr(open + 1, text.size() - open - 2);
  HduPath out{text.substr(0, open), {}};
  int index = 0;
  const auto [end, error] = std::from_chars(inner.data(), inner.data() + inner.size(), index);
  if (inner.empty())
    throw ConfigError(text, "names no HDU between [ and ]", "write file.fits[1] or file.fits[SCI]");
  if (error == std::errc{} && end == inner.data() + inner.size())
    out.hdu.index = index;
  else
    out.hdu.name = inner;
  return out;
}

header::Header read_header(const std::filesystem::path& path, const HduSelector& hdu) {
  const FitsFile file(path);
  std::size_t index = 0;
  const bool any_image = std::any_of(file.hdus.begin(), file.hdus.end(), &detail::has_two_axes);
  if (hdu.index || hdu.name || any_image) index = file.selected(hdu, &detail::has_two_axes);
  return header_of(file, index);
}

FitsImage read_image(const std::filesystem::path& path, const HduSelector& hdu) {
  const FitsFile file(path);
  const std::size_t index = file.selected(hdu, &detail::has_two_axes);
  return {header_of(file, index), detail::read_real_pixels(*file.bytes, file.hdus[index])};
}

FitsIntegerImage read_integer_image(const std::filesystem::path& path, const HduSelector& hdu) {
  const FitsFile file(path);
  const std::size_t index = file.selected(hdu, &detail::has_two_axes);
  return {header_of(file, index), detail::read_whole_pixels(*file.bytes, file.hdus[index])};
}

MaskedExposure read_masked_image(const std::filesystem::path& path) {
  const FitsFile file(path);
  const auto find = [&](const char* name) {
    return file.selected({.index = {}, .name = name}, &detail::has_two_axes);
  };
  const std::size_t image = find("IMAGE");
  const std::size_t variance = find("VARIANCE");
  const std::size_t mask = find("MASK");
  MaskedExposure out;
  out.header = header_of(file, image);
  out.image.pixels = detail::read_real_pixels(*file.bytes, file.hdus[image]);
  out.image.variance = detail::read_real_pixels(*file.bytes, file.hdus[variance]);
  out.image.mask =
      mask_of(file.hdus[mask].header, detail::read_whole_pixels(*file.bytes, file.hdus[mask]));
  if (out.image.variance.box() != out.image.box() || out.image.mask.box() != out.image.box())
    throw InputError(path.string(), "its IMAGE, VARIANCE and MASK differ in size",
                     "name a file that one program wrote whole");
  return out;
}

}  // namespace skywright::io
