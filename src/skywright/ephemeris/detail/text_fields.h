/// Words and numbers of lines of text.
#pragma once

#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

namespace skywright::ephemeris::detail {

inline std::string_view trimmed(std::string_view s) {
  const auto begin = s.find_first_not_of(" \t\r\"");
  if (begin == std::string_view::npos) return {};
  return s.substr(begin, s.find_last_not_of(" \t\r\"") - begin + 1);
}

/// None for text that is not wholly one finite number.
inline std::optional<double> number(std::string_view text) {
  text = trimmed(text);
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  double value = 0.0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stop != text.data() + text.size() || !std::isfinite(value)) return {};
  return value;
}

}  // namespace skywright::ephemeris::detail
