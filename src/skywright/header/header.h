/// FITS cards in memory: an ordered list of keyword, value and comment. Reads and writes no file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace skywright::header {

/// The value of a card: none (COMMENT, HISTORY or an undefined value), logical, integer, real,
/// text.
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

struct Card {
  std::string keyword;  ///< upper case; up to 8 characters, or longer under HIERARCH
  Value value;
  std::string comment;  ///< for COMMENT and HISTORY cards, the text
};

/// An ordered list of cards. Keywords are unique but for COMMENT, HISTORY and blank.
class Header {
 public:
  Header() = default;

  [[nodiscard]] const std::vector<Card>& cards() const noexcept { return cards_; }
  [[nodiscard]] bool contains(std::string_view keyword) const { return find(keyword) != nullptr; }
  [[nodiscard]] const Card* find(std::string_view keyword) const;

  /// Replace the card's value where it stands, or append it.
  void set(std::string_view keyword, Value value, std::string_view comment = {});
  void set(std::string_view keyword, const char* text, std::string_view comment = {}) {
    set(keyword, Value(std::string(text)), comment);
  }
  /// Any integer, real or logical: each goes in as its own kind.
  template <class Number>
  requires std::is_arithmetic_v<Number>
  void set(std::string_view keyword, Number value, std::string_view comment = {}) {
    if constexpr (std::is_same_v<Number, bool>)
      set(keyword, Value(value), comment);
    else if constexpr (std::is_integral_v<Number>)
      set(keyword, Value(static_cast<std::int64_t>(value)), comment);
    else
      set(keyword, Value(static_cast<double>(value)), comment);
  }
  /// Append a card as it is, unchecked: for commentary and for cards as they stood in a file.
  void append(Card card);
  void erase(std::string_view keyword);
  void add_comment(std::string_view text);
  void add_history(std::string_view text);

  /// The value as a number; integers widen. Empty where the card is missing or not a number.
  [[nodiscard]] std::optional<double> number(std::string_view keyword) const;
  /// Empty where the card is missing or not a whole number.
  [[nodiscard]] std::optional<std::int64_t> whole(std::string_view keyword) const;
  [[nodiscard]] std::optional<bool> logical(std::string_view keyword) const;
  /// Text without trailing blanks (FITS 4.0, section 4.2.1.1).
  [[nodiscard]] std::optional<std::string> text(std::string_view keyword) const;

  /// As above, or an InputError that names the keyword.
  [[nodiscard]] double required_number(std::string_view keyword) const;
  [[nodiscard]] std::int64_t required_whole(std::string_view keyword) const;
  [[nodiscard]] std::string required_text(std::string_view keyword) const;

 private:
  std::vector<Card> cards_;
};

}  // namespace skywright::header
