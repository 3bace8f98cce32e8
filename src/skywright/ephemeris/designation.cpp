#include "skywright/ephemeris/designation.h"

#include <cctype>
#include <cstdio>
#include <optional>

#include "skywright/base/hash.h"

namespace skywright::ephemeris {
namespace {

constexpr std::string_view kDigits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

std::optional<int> value_of(char c) {
  const auto at = kDigits.find(c);
  if (at == std::string_view::npos) return {};
  return static_cast<int>(at);
}

std::optional<long> plain_number(std::string_view text) {
  if (text.empty() || text.size() > 9) return {};
  long value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return {};
    value = 10 * value + (c - '0');
  }
  return value;
}

/// Numbers from 620,000 count in base 62 behind a tilde.
constexpr long kFirstTilde = 620000;

std::optional<long> packed_number(std::string_view text) {
  if (text.size() != 5) return {};
  if (text[0] == '~') {
    long value = 0;
    for (const char c : text.substr(1)) {
      const auto digit = value_of(c);
      if (!digit) return {};
      value = 62 * value + *digit;
    }
    return kFirstTilde + value;
  }
  const auto first = value_of(text[0]);
  const auto rest = plain_number(text.substr(1));
  if (!first || !rest) return {};
  return 10000L * *first + *rest;
}

bool is_half_month(char c) { return c >= 'A' && c <= 'Y' && c != 'I'; }

/// "K24A12B": century, year, half month, a count of two characters, a second letter.
std::string provisional_of(std::string_view text) {
  if (text.size() != 7) return {};
  // Survey designations: PLS2040 is 2040 P-L.
  if (text.starts_with("PLS") || (text[0] == 'T' && text.substr(2, 1) == "S")) {
    const auto number = plain_number(text.substr(3));
    if (!number) return {};
    return std::to_string(*number) + (text[0] == 'P' ? " P-L" : std::string(" T-") + text[1]);
  }
  const auto tens = value_of(text[4]);
  const auto ones = plain_number(text.substr(5, 1));
  const auto year = plain_number(text.substr(1, 2));
  if (text[0] < 'I' || text[0] > 'L' || !year || !is_half_month(text[3]) || !tens || !ones)
    return {};
  const int century = text[0] - 'A' + 10;
  const int count = 10 * *tens + static_cast<int>(*ones);
  std::string out = std::to_string(100 * century + *year) + " " + text[3];
  const char last = text[6];
  if (last >= 'A' && last <= 'Z' && last != 'I') {
    out += last;
    return count > 0 ? out + std::to_string(count) : out;
  }
  // A comet: half month and count; a fragment's letter, or 0.
  out += std::to_string(count);
  if (last >= 'a' && last <= 'z') out += std::string("-") + static_cast<char>(last - 'a' + 'A');
  return out;
}

/// "_QC0aEM": half months with more than 15,500 names, 2024 on: base 62 beyond them.
std::string extended_provisional_of(std::string_view text) {
  if (text.size() != 7 || text[0] != '_' || !is_half_month(text[2])) return {};
  const auto year = value_of(text[1]);
  if (!year) return {};
  long value = 0;
  for (const char c : text.substr(3)) {
    const auto digit = value_of(c);
    if (!digit) return {};
    value = 62 * value + *digit;
  }
  constexpr long kFirst = 15500;
  const long order = kFirst + value;  // 25 letters a turn
  constexpr std::string_view kLetters = "ABCDEFGHJKLMNOPQRSTUVWXYZ";
  return std::to_string(2000 + *year) + " " + text[2] +
         kLetters[static_cast<std::size_t>(order % 25)] + std::to_string(order / 25);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string pack_number(long number) {
  if (number < kFirstTilde) {
    std::string out(1, kDigits[static_cast<std::size_t>(number / 10000)]);
    std::string rest = std::to_string(number % 10000);
    return out + std::string(4 - rest.size(), '0') + rest;
  }
  number -= kFirstTilde;
  std::string out(5, '~');
  for (std::size_t i = 4; i > 0; --i) {
    out[i] = kDigits[static_cast<std::size_t>(number % 62)];
    number /= 62;
  }
  return number == 0 ? out : std::string();
}

/// "2024 AB12".
std::string pack_provisional(std::string_view text) {
  if (text.size() < 7 || text[4] != ' ') return {};
  const auto year = plain_number(text.substr(0, 4));
  const auto count = text.size() == 7 ? std::optional<long>(0) : plain_number(text.substr(7));
  if (!year || !count || *count >= 620 || *year < 1800 || *year > 2199 || !is_half_month(text[5]) ||
      text[6] < 'A' || text[6] > 'Z' || text[6] == 'I')
    return {};
  std::string out(1, static_cast<char>('A' + *year / 100 - 10));
  out += std::string{static_cast<char>('0' + *year / 10 % 10), static_cast<char>('0' + *year % 10)};
  out += text[5];
  out += kDigits[static_cast<std::size_t>(*count / 10)];
  out += static_cast<char>('0' + *count % 10);
  return out + text[6];
}

}  // namespace

Designation unpacked(std::string_view text) {
  text = trimmed(text);
  if (const auto number = packed_number(text)) return {std::to_string(*number), {}};
  if (text.size() == 5 && (text[4] == 'P' || text[4] == 'D' || text[4] == 'I')) {
    if (const auto number = plain_number(text.substr(0, 4)))
      return {std::to_string(*number) + text[4], {}};
  }
  std::string provisional =
      text.starts_with('_') ? extended_provisional_of(text) : provisional_of(text);
  return {{}, std::move(provisional)};
}

std::string packed(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('(')) {
    const auto close = text.find(')');
    if (close == std::string_view::npos) return {};
    text = text.substr(1, close - 1);
  }
  if (const auto number = plain_number(text)) return *number > 0 ? pack_number(*number) : "";
  return pack_provisional(text);
}

std::int64_t solar_system_id(std::string_view name) {
  name = trimmed(name);
  if (!name.empty() && name.size() <= 8) {
    std::uint64_t id = 0;
    for (std::size_t i = 0; i < 8; ++i)
      id = (id << 8U) | (i < name.size() ? static_cast<unsigned char>(name[i]) : 0U);
    if (id >> 63U == 0U && id >> 57U != 0U) return static_cast<std::int64_t>(id);
  }
  const std::uint64_t hash = text_hash(name);
  return static_cast<std::int64_t>((hash & 0x00ffffffffffffffU) | 0x0100000000000000U);
}

}  // namespace skywright::ephemeris
