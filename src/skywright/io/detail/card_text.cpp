#include "skywright/io/detail/card_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>

namespace skywright::io::detail {
namespace {

using header::Card;
using header::Value;

std::string_view trimmed(std::string_view s) {
  const auto begin = s.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return s.substr(begin, s.find_last_not_of(' ') - begin + 1);
}

bool is_commentary(std::string_view keyword) {
  return keyword.empty() || keyword == "COMMENT" || keyword == "HISTORY";
}

std::optional<std::int64_t> parsed_whole(std::string_view s) {
  if (s.starts_with('+')) s.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (error != std::errc{} || end != s.data() + s.size()) return {};
  return value;
}

std::optional<double> parsed_real(std::string_view s) {
  if (s.starts_with('+')) s.remove_prefix(1);
  // Words such as "nan" and "inf" are no FITS numbers.
  if (s.empty() || s.find_first_not_of("0123456789+-.EeDd") != std::string_view::npos) return {};
  std::string digits(s);
  std::replace_if(
      digits.begin(), digits.end(), [](char c) { return c == 'D' || c == 'd'; }, 'E');
  double value = 0.0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (end != digits.data() + digits.size()) return {};
  if (error == std::errc::result_out_of_range) return std::strtod(digits.c_str(), nullptr);
  if (error != std::errc{}) return {};
  return value;
}

struct ValueAndComment {
  Value value;
  std::string comment;
  bool continued = false;  ///< text that ended in '&'
};

/// The part of a card behind "= ".
ValueAndComment parse_value(std::string_view field) {
  ValueAndComment out;
  const auto first = field.find_first_not_of(' ');
  if (first == std::string_view::npos) return out;
  std::size_t rest = field.size();
  if (field[first] == '\'') {
    std::string text;
    std::size_t i = first + 1;
    for (; i < field.size(); ++i) {
      if (field[i] != '\'') {
        text += field[i];
      } else if (i + 1 < field.size() && field[i + 1] == '\'') {
        text += '\'';
        ++i;
      } else {
        ++i;
        break;
      }
    }
    rest = i;
    const auto last = text.find_last_not_of(' ');
    text.resize(last == std::string::npos ? 0 : last + 1);
    out.continued = text.ends_with('&');
    out.value = std::move(text);
  } else {
    const auto slash = field.find('/', first);
    const std::string_view word =
        trimmed(field.substr(first, slash == std::string_view::npos ? slash : slash - first));
    rest = slash;
    if (word == "T" || word == "F")
      out.value = word == "T";
    else if (const auto whole = parsed_whole(word))
      out.value = *whole;
    else if (const auto real = parsed_real(word))
      out.value = *real;
    else if (!word.empty())
      out.value = std::string(word);  // a complex number, or not FITS: kept as it stands
  }
  const auto slash = rest >= field.size() ? std::string_view::npos : field.find('/', rest);
  if (slash != std::string_view::npos) out.comment = trimmed(field.substr(slash + 1));
  return out;
}

Card parse_card(std::string_view record, bool& continued) {
  continued = false;
  std::string keyword(trimmed(record.substr(0, 8)));
  std::size_t value_at = 10;
  bool has_value = record.substr(8, 2) == "= ";
  if (keyword == "HIERARCH") {
    const auto equals = record.find('=', 9);
    if (equals != std::string_view::npos) {
      keyword = trimmed(record.substr(9, equals - 9));
      value_at = equals + 1;
      has_value = true;
    }
  }
  if (!has_value || is_commentary(keyword)) {
    const std::string_view text = record.substr(8);
    const auto last = text.find_last_not_of(' ');
    return {keyword, std::monostate{},
            std::string(text.substr(0, last == std::string_view::npos ? 0 : last + 1))};
  }
  std::transform(keyword.begin(), keyword.end(), keyword.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  ValueAndComment parsed = parse_value(record.substr(value_at));
  continued = parsed.continued;
  return {std::move(keyword), std::move(parsed.value), std::move(parsed.comment)};
}

std::string real_text(double value) {
  std::array<char, 40> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  std::string text(digits.data(), end);
  std::replace(text.begin(), text.end(), 'e', 'E');
  if (text.find_first_of(".E") == std::string::npos) text += ".0";
  return text;
}

std::string printable(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return out;
}

std::string card_string(std::string_view text, std::size_t least = 8) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  if (out.size() < least + 1) out.resize(least + 1, ' ');
  return out + "'";
}

void add_record(std::string record, std::string& text) {
  record.resize(kCardLength, ' ');
  text += record;
}

/// Keyword and "= ", by the HIERARCH convention where eight characters do not do.
std::string opening(const std::string& keyword) {
  const bool standard =
      keyword.size() <= 8 &&
      keyword.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == std::string::npos;
  if (!standard) return "HIERARCH " + keyword + " = ";
  std::string out = keyword;
  out.resize(8, ' ');
  return out + "= ";
}

void format_commentary(const Card& card, std::string& text) {
  std::string keyword = card.keyword.substr(0, 8);
  keyword.resize(8, ' ');
  const std::string comment = printable(card.comment);
  std::size_t begin = 0;
  do {
    add_record(keyword + comment.substr(begin, kCardLength - 8), text);
    begin += kCardLength - 8;
  } while (begin < comment.size());
}

/// Long text over several records: '...&' and CONTINUE (FITS 4.0, section 4.2.1.2).
void format_long_text(const std::string& start, std::string_view value, const std::string& comment,
                      std::string& text) {
  std::string lead = start;
  std::string_view rest = value;
  for (;;) {
    const std::size_t room = kCardLength - lead.size() - 3;  // two quotes and the ampersand
    std::size_t take = 0;
    std::size_t used = 0;
    while (take < rest.size() && used + (rest[take] == '\'' ? 2 : 1) <= room)
      used += rest[take++] == '\'' ? 2 : 1;
    const bool last = take == rest.size();
    std::string record =
        lead + card_string(std::string(rest.substr(0, take)) + (last ? "" : "&"), 0);
    if (last && !comment.empty()) record += " / " + comment;
    add_record(record.substr(0, kCardLength), text);
    if (last) return;
    rest.remove_prefix(take);
    lead = "CONTINUE  ";
  }
}

}  // namespace

header::Header parse_cards(std::string_view text) {
  header::Header out;
  Card card;
  bool open = false;  // the card's text awaits its CONTINUE cards
  const auto close = [&] {
    if (open) out.append(std::move(card));
    open = false;
  };
  for (std::size_t at = 0; at + kCardLength <= text.size(); at += kCardLength) {
    const std::string record = printable(text.substr(at, kCardLength));
    if (open && record.starts_with("CONTINUE")) {
      const ValueAndComment more = parse_value(std::string_view(record).substr(8));
      if (const auto* piece = std::get_if<std::string>(&more.value)) {
        auto& whole = std::get<std::string>(card.value);
        whole.pop_back();  // the ampersand
        whole += *piece;
        if (!more.comment.empty()) card.comment = more.comment;
        if (!more.continued) close();
        continue;
      }
    }
    close();
    bool continued = false;
    card = parse_card(record, continued);
    if (card.keyword.empty() && card.comment.empty()) continue;
    open = true;
    if (!continued) close();
  }
  close();
  return out;
}

void format_card(const Card& card, std::string& text) {
  if (is_commentary(card.keyword) ||
      (std::holds_alternative<std::monostate>(card.value) && card.keyword == "CONTINUE")) {
    format_commentary(card, text);
    return;
  }
  const std::string start = opening(printable(card.keyword));
  if (start.size() > 60) return;  // no room for a value: FITS cannot hold it
  const std::string comment = printable(card.comment);
  std::string value;
  if (const auto* string = std::get_if<std::string>(&card.value)) {
    const std::string clean = printable(*string);
    value = card_string(clean);
    if (start.size() + value.size() > kCardLength) {
      format_long_text(start, clean, comment, text);
      return;
    }
  } else if (const auto* flag = std::get_if<bool>(&card.value)) {
    value = *flag ? "T" : "F";
  } else if (const auto* whole = std::get_if<std::int64_t>(&card.value)) {
    value = std::to_string(*whole);
  } else if (const auto* real = std::get_if<double>(&card.value)) {
    if (std::isfinite(*real)) value = real_text(*real);
  }
  const bool is_text = std::holds_alternative<std::string>(card.value);
  std::string record = start;
  if (!is_text && start.size() + value.size() < 30) record.resize(30 - value.size(), ' ');
  record += value;
  if (is_text && record.size() < 30) record.resize(30, ' ');
  if (!comment.empty() && record.size() + 3 < kCardLength) record += " / " + comment;
  add_record(std::move(record), text);
}

bool describes_storage(std::string_view keyword, Storage storage) {
  static constexpr std::array<std::string_view, 17> kWhole = {
      "SIMPLE",   "XTENSION", "BITPIX", "NAXIS",   "PCOUNT",  "GCOUNT",
      "EXTEND",   "GROUPS",   "BSCALE", "BZERO",   "BLANK",   "END",
      "CHECKSUM", "DATASUM",  "THEAP",  "TFIELDS", "LONGSTRN"};
  static constexpr std::array<std::string_view, 18> kCompression = {
      "ZIMAGE",   "ZCMPTYPE", "ZBITPIX",  "ZNAXIS",   "ZQUANTIZ", "ZDITHER0",
      "ZMASKCMP", "ZSIMPLE",  "ZTENSION", "ZEXTEND",  "ZPCOUNT",  "ZGCOUNT",
      "ZHECKSUM", "ZDATASUM", "ZBLANK",   "ZBLOCKED", "ZSCALE",   "ZZERO"};
  static constexpr std::array<std::string_view, 6> kNumbered = {"NAXIS", "ZNAXIS", "ZTILE",
                                                                "ZNAME", "ZVAL",   ""};
  static constexpr std::array<std::string_view, 12> kColumns = {"TTYPE", "TFORM", "TUNIT", "TSCAL",
                                                                "TZERO", "TNULL", "TDISP", "TBCOL",
                                                                "TDIM",  "TCOMM", "TDMIN", "TDMAX"};
  const auto one_of = [&](const auto& words) {
    return std::find(words.begin(), words.end(), keyword) != words.end();
  };
  const auto numbered = [&](const auto& stems) {
    return std::any_of(stems.begin(), stems.end(), [&](std::string_view stem) {
      return !stem.empty() && keyword.size() > stem.size() && keyword.starts_with(stem) &&
             keyword.find_first_not_of("0123456789", stem.size()) == std::string_view::npos;
    });
  };
  if (one_of(kWhole) || one_of(kCompression) || numbered(kNumbered)) return true;
  return storage == Storage::table && numbered(kColumns);
}

}  // namespace skywright::io::detail
