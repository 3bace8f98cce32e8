#include "skywright/alerts/detail/primary_image.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

namespace skywright::alerts::detail {
namespace {

constexpr std::size_t kBlock = 2880;
constexpr std::size_t kCard = 80;

std::size_t padded(std::size_t size) { return (size + kBlock - 1) / kBlock * kBlock; }

/// A card's value where it is a whole number.
std::int64_t whole_of(std::string_view card) {
  std::string_view value = card.substr(10, 20);
  value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
  std::int64_t out = 0;
  (void)std::from_chars(value.data(), value.data() + value.size(), out);
  return out;
}

struct Unit {
  std::vector<std::string_view> cards;  ///< without END
  std::map<std::string_view, std::int64_t> wholes;
  std::size_t header = 0;  ///< bytes with padding
  std::size_t data = 0;    ///< bytes without

  [[nodiscard]] std::int64_t whole(std::string_view name, std::int64_t otherwise) const {
    const auto it = wholes.find(name);
    return it == wholes.end() ? otherwise : it->second;
  }
};

/// @returns false where the bytes hold no whole unit
bool read_unit(std::string_view bytes, Unit& unit) {
  for (std::size_t at = 0;; at += kCard) {
    if (at + kCard > bytes.size()) return false;
    const std::string_view card = bytes.substr(at, kCard);
    if (card.starts_with("END     ")) {
      unit.header = padded(at + kCard);
      break;
    }
    unit.cards.push_back(card);
    for (const std::string_view name :
         {"BITPIX  ", "NAXIS   ", "NAXIS1  ", "NAXIS2  ", "PCOUNT  ", "GCOUNT  "})
      if (card.starts_with(name)) unit.wholes[name] = whole_of(card);
  }
  const std::int64_t axes = unit.whole("NAXIS   ", 0);
  if (axes < 0 || axes > 2) return false;
  std::uint64_t size = axes == 0 ? 0 : 1;
  for (std::int64_t i = 0; i < axes; ++i) {
    const std::int64_t length = unit.whole(i == 0 ? "NAXIS1  " : "NAXIS2  ", 0);
    if (length < 0 || length > 100'000) return false;
    size *= static_cast<std::uint64_t>(length);
  }
  const std::int64_t bits = unit.whole("BITPIX  ", 8);
  const std::int64_t heap = unit.whole("PCOUNT  ", 0);
  if (bits < -64 || bits > 64 || heap < 0 || heap > 1'000'000'000) return false;
  size = (size + static_cast<std::uint64_t>(heap)) *
         static_cast<std::uint64_t>(bits < 0 ? -bits : bits) / 8;
  unit.data = static_cast<std::size_t>(size);
  return unit.header <= bytes.size() && unit.data <= bytes.size() - unit.header;
}

void put_card(std::string& out, std::string_view card) {
  out.append(card);
  out.append(kCard - card.size(), ' ');
}

}  // namespace

std::string primary_image(std::span<const std::uint8_t> fits) {
  std::string_view left(reinterpret_cast<const char*>(fits.data()), fits.size());
  for (Unit unit; !left.empty(); unit = {}) {
    if (!read_unit(left, unit) || unit.cards.empty()) return {};
    const std::string_view first = unit.cards[0];
    const bool image =
        first.starts_with("SIMPLE") || first.find("'IMAGE") != std::string_view::npos;
    if (image && unit.whole("NAXIS   ", 0) == 2 && unit.data > 0) {
      std::string out;
      put_card(out, "SIMPLE  =                    T");
      for (const std::string_view card : unit.cards)
        if (!card.starts_with("SIMPLE") && !card.starts_with("XTENSION") &&
            !card.starts_with("PCOUNT") && !card.starts_with("GCOUNT") &&
            !card.starts_with("EXTEND") && !card.starts_with("CHECKSUM") &&
            !card.starts_with("DATASUM"))
          put_card(out, card);
      put_card(out, "END");
      out.append(padded(out.size()) - out.size(), ' ');
      out.append(left.substr(unit.header, unit.data));
      out.append(padded(out.size()) - out.size(), '\0');
      return out;
    }
    left.remove_prefix(std::min(unit.header + padded(unit.data), left.size()));
  }
  return {};
}

}  // namespace skywright::alerts::detail
