/// Cards as the 80 characters that stand in a file (FITS 4.0, section 4).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "skywright/header/header.h"

namespace skywright::io::detail {

inline constexpr std::size_t kCardLength = 80;

/// Every card of a header's text; long strings (CONTINUE) are joined, characters outside printable
/// ASCII become '?'. Never throws: a card that cannot be understood is kept without a value.
/// @param text whole cards, END not included
header::Header parse_cards(std::string_view text);

/// Append the card to `text` as one or more records of 80 characters. Real numbers are written in
/// the shortest form that reads back the same; NaN and infinity, which FITS has not, as undefined.
void format_card(const header::Card& card, std::string& text);

/// Cards that describe how a data unit is stored, or when: those a writer makes itself.
enum class Storage { image, table };
bool describes_storage(std::string_view keyword, Storage storage);

}  // namespace skywright::io::detail
