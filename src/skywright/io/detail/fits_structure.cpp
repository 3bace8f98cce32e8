#include "skywright/io/detail/fits_structure.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/io/detail/card_text.h"
#include "skywright/io/detail/table_layout.h"

namespace skywright::io::detail {
namespace {

// Far above any real header (LSST's have some hundred cards); bounds what a hostile one costs.
constexpr std::uint64_t kHeaderLimit = std::uint64_t{4} << 20;
constexpr std::size_t kHduLimit = 100000;
constexpr std::int64_t kAxesLimit = 999;

class Reader {
 public:
  explicit Reader(const ByteSource& file) : file_(file) {}

  std::vector<HduLayout> all() {
    if (file_.size() == 0) refuse("is empty");
    std::vector<HduLayout> hdus;
    std::uint64_t at = 0;
    while (at < file_.size()) {
      index_ = hdus.size();
      if (index_ > 0 && only_padding(at)) break;
      if (index_ >= kHduLimit) refuse("has more than 100000 HDUs");
      hdus.push_back(hdu(at));
      const HduLayout& last = hdus.back();
      // The padding of the last HDU is often missing, and nobody needs it.
      at = last.data_offset + (last.data_size + kBlock - 1) / kBlock * kBlock;
    }
    return hdus;
  }

 private:
  [[noreturn]] void refuse(std::string_view reason) const {
    const std::string where = index_ == 0 ? "" : fmt::format(" (HDU {})", index_);
    throw InputError(file_.name() + where, reason, "fetch the file again or check what wrote it");
  }

  /// Blank or zero bytes up to the end of the file: some writers fill up tape blocks.
  bool only_padding(std::uint64_t at) const {
    std::array<char, 65536> piece{};
    while (at < file_.size()) {
      const auto n =
          static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), file_.size() - at));
      file_.read(at, piece.data(), n);
      if (std::any_of(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(n),
                      [](char c) { return c != 0 && c != ' '; }))
        return false;
      at += n;
    }
    return true;
  }

  /// The text of the header at `at`, END not included; moves `at` behind its blocks.
  std::string header_text(std::uint64_t& at) const {
    std::string text;
    std::array<char, kBlock> block{};
    for (;;) {
      const std::uint64_t left = file_.size() - std::min(at, file_.size());
      // A dataless last HDU may lack its padding too, if END is there.
      const auto n = static_cast<std::size_t>(std::min(left, kBlock) / kCardLength * kCardLength);
      if (n == 0) refuse("ends within a header");
      file_.read(at, block.data(), n);
      if (text.empty()) check_opening({block.data(), n});
      at += kBlock;
      for (std::size_t card = 0; card < n; card += kCardLength) {
        if (std::memcmp(block.data() + card, "END     ", 8) == 0) {
          text.append(block.data(), card);
          return text;
        }
      }
      text.append(block.data(), n);
      if (text.size() > kHeaderLimit) refuse("has a header without END");
    }
  }

  void check_opening(std::string_view block) const {
    if (index_ == 0 && !block.starts_with("SIMPLE  =")) refuse("is not a FITS file");
    if (index_ > 0 && !block.starts_with("XTENSION="))
      refuse("holds something that is no FITS extension");
  }

  std::int64_t whole(const header::Header& header, std::string_view keyword, std::int64_t least,
                     std::int64_t most, std::optional<std::int64_t> fallback = {}) const {
    const header::Card* card = header.find(keyword);
    if (card == nullptr && fallback) return *fallback;
    const auto* value = card == nullptr ? nullptr : std::get_if<std::int64_t>(&card->value);
    if (value == nullptr) refuse(fmt::format("has no whole number {}", keyword));
    if (*value < least || *value > most)
      refuse(fmt::format("has {}={}, outside {} to {}", keyword, *value, least, most));
    return *value;
  }

  std::vector<std::int64_t> axes(const header::Header& header, std::string_view prefix) const {
    const std::int64_t n = whole(header, fmt::format("{}NAXIS", prefix), 0, kAxesLimit);
    std::vector<std::int64_t> out;
    for (std::int64_t i = 1; i <= n; ++i)
      out.push_back(whole(header, fmt::format("{}NAXIS{}", prefix, i), 0, INT64_MAX / 4096));
    return out;
  }

  int bitpix(const header::Header& header, std::string_view keyword) const {
    const auto value = whole(header, keyword, -64, 64);
    constexpr std::array<std::int64_t, 6> kAllowed = {8, 16, 32, 64, -32, -64};
    if (std::find(kAllowed.begin(), kAllowed.end(), value) == kAllowed.end())
      refuse(fmt::format("has {}={}, which FITS does not know", keyword, value));
    return static_cast<int>(value);
  }

  std::uint64_t times(std::uint64_t a, std::uint64_t b) const {
    std::uint64_t product = 0;
    if (__builtin_mul_overflow(a, b, &product)) refuse("declares more data than any file holds");
    return product;
  }

  HduLayout hdu(std::uint64_t at) const {
    HduLayout out;
    out.header = parse_cards(header_text(at));
    out.data_offset = at;
    out.bitpix = bitpix(out.header, "BITPIX");
    out.axes = axes(out.header, "");
    set_type(out);
    set_size(out);
    if (out.data_size > 0 &&
        (out.data_offset > file_.size() || out.data_size > file_.size() - out.data_offset))
      refuse(fmt::format("is truncated: its data need {} bytes and {} are there", out.data_size,
                         file_.size() - std::min(file_.size(), out.data_offset)));
    if (out.type == HduType::binary_table || out.type == HduType::ascii_table) set_table(out);
    return out;
  }

  void set_type(HduLayout& out) const {
    if (index_ == 0) {
      const bool groups =
          out.header.logical("GROUPS").value_or(false) && !out.axes.empty() && out.axes[0] == 0;
      out.type = groups ? HduType::random_groups : HduType::image;
      return;
    }
    const std::string kind = out.header.text("XTENSION").value_or("");
    if (kind == "IMAGE" || kind == "IUEIMAGE")
      out.type = HduType::image;
    else if (kind == "BINTABLE" || kind == "A3DTABLE")
      out.type = HduType::binary_table;
    else if (kind == "TABLE")
      out.type = HduType::ascii_table;
    else
      out.type = HduType::other;
  }

  void set_size(HduLayout& out) const {
    constexpr std::int64_t kMost = INT64_MAX / 4096;
    const auto pcount = static_cast<std::uint64_t>(whole(out.header, "PCOUNT", 0, kMost, 0));
    const auto gcount = static_cast<std::uint64_t>(whole(out.header, "GCOUNT", 0, kMost, 1));
    const bool groups = out.type == HduType::random_groups;
    std::uint64_t values = out.axes.empty() ? 0 : 1;
    for (std::size_t i = groups ? 1 : 0; i < out.axes.size(); ++i)
      values = times(values, static_cast<std::uint64_t>(out.axes[i]));
    if (__builtin_add_overflow(values, pcount, &values))
      refuse("declares more data than any file holds");
    if (out.axes.empty()) values = 0;
    const auto bytes = static_cast<std::uint64_t>(std::abs(out.bitpix)) / 8;
    out.data_size = times(times(values, gcount), bytes);
    if (out.type == HduType::image && out.data_size > 0 && (pcount != 0 || gcount != 1))
      refuse(fmt::format("is an image with PCOUNT={} and GCOUNT={}", pcount, gcount));
  }

  void set_table(HduLayout& out) const {
    if (out.axes.size() != 2 || out.bitpix != 8)
      refuse("is a table, but not of two axes and BITPIX=8");
    if (whole(out.header, "GCOUNT", 0, INT64_MAX, 1) != 1) refuse("is a table with GCOUNT not 1");
    out.row_size = out.axes[0];
    out.rows = out.axes[1];
    const std::int64_t main = out.row_size * out.rows;
    out.heap_offset = whole(out.header, "THEAP", 0, INT64_MAX / 4096, main);
    const auto size = static_cast<std::int64_t>(out.data_size);
    // THEAP may lie anywhere in a table without a heap.
    if (out.heap_offset < main || out.heap_offset > size) {
      if (size > main) refuse(fmt::format("has THEAP={} outside its data", out.heap_offset));
      out.heap_offset = main;
    }
    out.heap_size = size - out.heap_offset;
    const auto fields = whole(out.header, "TFIELDS", 0, 999);
    std::string fault;
    out.columns = column_layouts(out, static_cast<int>(fields), fault);
    if (!fault.empty()) refuse(fault);
    out.axes.clear();
    if (out.type == HduType::binary_table && out.header.logical("ZIMAGE").value_or(false)) {
      out.compressed = true;
      out.bitpix = bitpix(out.header, "ZBITPIX");
      out.axes = axes(out.header, "Z");
    }
  }

  const ByteSource& file_;
  std::size_t index_ = 0;
};

}  // namespace

const ColumnLayout* HduLayout::column(std::string_view name) const {
  const auto it = std::find_if(columns.begin(), columns.end(),
                               [&](const ColumnLayout& c) { return c.name == name; });
  return it == columns.end() ? nullptr : &*it;
}

std::vector<HduLayout> read_structure(const ByteSource& file) { return Reader(file).all(); }

}  // namespace skywright::io::detail
