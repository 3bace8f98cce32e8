#include "skywright/io/detail/table_input.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/io/detail/big_endian.h"

namespace skywright::io::detail {
namespace {

constexpr std::int64_t kMostElements = 64;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// The bytes of all rows, and how to walk along one field.
struct Rows {
  std::vector<std::uint8_t> bytes;
  std::size_t count = 0;
  std::size_t size = 0;
};

Rows read_rows(const ByteSource& file, const HduLayout& hdu) {
  Rows rows{{}, static_cast<std::size_t>(hdu.rows), static_cast<std::size_t>(hdu.row_size)};
  rows.bytes.resize(rows.count * rows.size);
  file.read(hdu.data_offset, rows.bytes.data(), rows.bytes.size());
  return rows;
}

/// TSCALn, TZEROn and TNULLn.
struct ColumnScaling {
  double scale = 1.0;
  double zero = 0.0;
  std::optional<std::int64_t> null;
  [[nodiscard]] bool trivial() const { return scale == 1.0 && zero == 0.0; }
  [[nodiscard]] bool shifts_whole() const {
    return scale == 1.0 && zero == std::floor(zero) && std::abs(zero) < 9.3e18;
  }
};

ColumnScaling column_scaling(const HduLayout& hdu, std::size_t column) {
  const auto key = [&](const char* stem) { return fmt::format("{}{}", stem, column + 1); };
  return {hdu.header.number(key("TSCAL")).value_or(1.0),
          hdu.header.number(key("TZERO")).value_or(0.0), hdu.header.whole(key("TNULL"))};
}

template <class Stored>
std::vector<Stored> stored_values(const Rows& rows, std::size_t offset) {
  std::vector<Stored> out(rows.count);
  for (std::size_t r = 0; r < rows.count; ++r)
    out[r] = from_big_endian<Stored>(rows.bytes.data() + r * rows.size + offset);
  return out;
}

template <class Stored>
std::vector<double> scaled(const std::vector<Stored>& stored, const ColumnScaling& s) {
  std::vector<double> out(stored.size());
  for (std::size_t r = 0; r < out.size(); ++r) {
    out[r] = static_cast<double>(stored[r]) * s.scale + s.zero;
    if constexpr (std::is_integral_v<Stored>)
      if (s.null && static_cast<std::int64_t>(stored[r]) == *s.null) out[r] = kNan;
  }
  return out;
}

template <class Stored>
table::Values whole_values(const Rows& rows, std::size_t offset, const ColumnScaling& s) {
  const auto stored = stored_values<Stored>(rows, offset);
  if (!s.shifts_whole()) return scaled(stored, s);
  const auto is_null = [&](Stored v) { return s.null && static_cast<std::int64_t>(v) == *s.null; };
  constexpr bool kWide = sizeof(Stored) == 8;
  const bool unsigned_32 = sizeof(Stored) == 4 && s.zero != 0.0;
  if (kWide && std::abs(s.zero) > 9.2e18) {
    // Unsigned 64-bit integers by offset 2^63: whole where they fit, else reals.
    std::vector<std::int64_t> out(rows.count);
    for (std::size_t r = 0; r < rows.count; ++r) {
      const auto value = static_cast<std::uint64_t>(stored[r]) ^ (std::uint64_t{1} << 63);
      if (value > INT64_MAX) return scaled(stored, s);
      out[r] = static_cast<std::int64_t>(value);
    }
    return out;
  }
  const auto zero = static_cast<std::int64_t>(s.zero);
  if (kWide || unsigned_32 || std::abs(zero) > (1 << 30)) {
    std::vector<std::int64_t> out(rows.count);
    for (std::size_t r = 0; r < rows.count; ++r) {
      if (__builtin_add_overflow(static_cast<std::int64_t>(stored[r]), zero, &out[r]))
        return scaled(stored, s);
      if (is_null(stored[r])) out[r] = 0;
    }
    return out;
  }
  std::vector<std::int32_t> out(rows.count);
  for (std::size_t r = 0; r < rows.count; ++r)
    out[r] = is_null(stored[r])
                 ? 0
                 : static_cast<std::int32_t>(static_cast<std::int64_t>(stored[r]) + zero);
  return out;
}

std::vector<std::string> text_values(const Rows& rows, const ColumnLayout& column) {
  std::vector<std::string> out(rows.count);
  for (std::size_t r = 0; r < rows.count; ++r) {
    std::string_view text(
        reinterpret_cast<const char*>(rows.bytes.data() + r * rows.size + column.offset),
        static_cast<std::size_t>(column.width));
    text = text.substr(0, text.find('\0'));
    out[r] = text.substr(0, text.find_last_not_of(' ') + 1);
  }
  return out;
}

table::Values element_values(const Rows& rows, char type, std::size_t offset,
                             const ColumnScaling& s) {
  switch (type) {
    case 'L': {
      table::Flags flags;
      for (const auto c : stored_values<std::uint8_t>(rows, offset))
        flags.values.push_back(c == 'T' ? 1 : 0);
      return flags;
    }
    case 'B':
      return whole_values<std::uint8_t>(rows, offset, s);
    case 'I':
      return whole_values<std::int16_t>(rows, offset, s);
    case 'J':
      return whole_values<std::int32_t>(rows, offset, s);
    case 'K':
      return whole_values<std::int64_t>(rows, offset, s);
    case 'E':
      if (s.trivial()) return stored_values<float>(rows, offset);
      return scaled(stored_values<float>(rows, offset), s);
    default:
      if (s.trivial()) return stored_values<double>(rows, offset);
      return scaled(stored_values<double>(rows, offset), s);
  }
}

/// A name that the table does not have yet: some files repeat TTYPE.
std::string free_name(const table::Table& table, const std::string& name) {
  if (!table.contains(name)) return name;
  for (int i = 2;; ++i) {
    const std::string other = fmt::format("{}_{}", name, i);
    if (!table.contains(other)) return other;
  }
}

std::string words_of(const header::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  if (const auto* real = std::get_if<double>(&value)) return fmt::format("{}", *real);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  return {};
}

struct Described {
  std::string unit;
  std::string description;
};
Described described(const HduLayout& hdu, std::size_t column) {
  const auto text = [&](const char* stem) {
    return hdu.header.text(fmt::format("{}{}", stem, column + 1)).value_or("");
  };
  std::string description = text("TCOMM");
  if (description.empty()) {
    // Older writers describe a column in the comment of its TTYPE card; cfitsio's own
    // "label for field" says nothing.
    const header::Card* card = hdu.header.find(fmt::format("TTYPE{}", column + 1));
    if (card != nullptr && card->comment.find("label for field") == std::string::npos)
      description = card->comment;
  }
  return {text("TUNIT"), description};
}

std::optional<double> ascii_number(std::string_view text, std::int64_t decimals) {
  std::string digits;
  for (const char c : text)
    if (c != ' ') digits += c == 'D' || c == 'd' ? 'E' : c;
  if (digits.starts_with('+')) digits.erase(0, 1);
  if (digits.empty()) return {};
  double value = 0.0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return {};
  if (decimals > 0 && digits.find_first_of(".E") == std::string::npos)
    value *= std::pow(10.0, -static_cast<double>(std::min<std::int64_t>(decimals, 300)));
  return value;
}

table::Values ascii_values(const Rows& rows, const ColumnLayout& column, const HduLayout& hdu,
                           std::size_t index, const ByteSource& file) {
  const ColumnScaling s = column_scaling(hdu, index);
  const auto null = hdu.header.text(fmt::format("TNULL{}", index + 1));
  const std::vector<std::string> texts = text_values(rows, column);
  std::vector<double> reals(texts.size(), kNan);
  std::vector<std::int64_t> wholes(texts.size(), 0);
  const bool whole_column = column.type == 'I' && s.trivial() && column.width <= 18;
  for (std::size_t r = 0; r < texts.size(); ++r) {
    if ((null && texts[r] == *null) || texts[r].find_first_not_of(' ') == std::string::npos)
      continue;
    const auto value = ascii_number(texts[r], column.decimals);
    if (!value)
      throw InputError(file.name(),
                       fmt::format("column {} holds '{}', not a number", column.name, texts[r]),
                       "fetch the file again or check what wrote it");
    reals[r] = *value * s.scale + s.zero;
    if (whole_column) {
      const auto begin = texts[r].find_first_not_of(" +");
      const char* first = texts[r].data() + std::min(begin, texts[r].size());
      std::from_chars(first, texts[r].data() + texts[r].size(), wholes[r]);
    }
  }
  if (whole_column) return wholes;
  return reals;
}

void add_metadata(table::Table& table, const HduLayout& hdu, const std::string& left_out) {
  static constexpr std::string_view kStructure[] = {"XTENSION", "BITPIX",   "NAXIS",   "NAXIS1",
                                                    "NAXIS2",   "PCOUNT",   "GCOUNT",  "TFIELDS",
                                                    "THEAP",    "CHECKSUM", "DATASUM", "EXTNAME"};
  for (const header::Card& card : hdu.header.cards()) {
    if (std::holds_alternative<std::monostate>(card.value)) continue;
    if (std::find(std::begin(kStructure), std::end(kStructure), card.keyword) !=
        std::end(kStructure))
      continue;
    const auto stem = card.keyword.find_first_of("0123456789");
    if (card.keyword.starts_with('T') && stem != std::string::npos && stem >= 4 &&
        card.keyword.find_first_not_of("0123456789", stem) == std::string::npos &&
        std::string_view("TTYPE TFORM TUNIT TSCAL TZERO TNULL TDISP TBCOL TDIM TCOMM")
                .find(card.keyword.substr(0, stem)) != std::string_view::npos)
      continue;
    table.metadata.emplace(card.keyword, words_of(card.value));
  }
  if (!left_out.empty()) table.metadata["columns_left_out"] = left_out;
}

}  // namespace

table::Table read_binary_table(const ByteSource& file, const HduLayout& hdu) {
  const Rows rows = read_rows(file, hdu);
  table::Table out;
  std::string left_out;
  for (std::size_t c = 0; c < hdu.columns.size(); ++c) {
    const ColumnLayout& column = hdu.columns[c];
    const Described words = described(hdu, c);
    const bool plain = std::string_view("LBIJKED").find(column.type) != std::string_view::npos;
    if (column.type == 'A' && column.width > 0) {
      out.add(free_name(out, column.name), words.unit, words.description,
              text_values(rows, column));
    } else if (plain && column.repeat >= 1 && column.repeat <= kMostElements) {
      const ColumnScaling s = column_scaling(hdu, c);
      for (std::int64_t e = 0; e < column.repeat; ++e) {
        const auto offset = static_cast<std::size_t>(column.offset + e * element_size(column.type));
        const std::string name =
            column.repeat == 1 ? column.name : fmt::format("{}_{}", column.name, e + 1);
        out.add(free_name(out, name), words.unit, words.description,
                element_values(rows, column.type, offset, s));
      }
    } else if (column.width > 0) {
      left_out.append(left_out.empty() ? "" : " ").append(column.name);
    }
  }
  add_metadata(out, hdu, left_out);
  return out;
}

table::Table read_ascii_table(const ByteSource& file, const HduLayout& hdu) {
  const Rows rows = read_rows(file, hdu);
  table::Table out;
  for (std::size_t c = 0; c < hdu.columns.size(); ++c) {
    const ColumnLayout& column = hdu.columns[c];
    const Described words = described(hdu, c);
    out.add(free_name(out, column.name), words.unit, words.description,
            column.type == 'A' ? table::Values(text_values(rows, column))
                               : ascii_values(rows, column, hdu, c, file));
  }
  add_metadata(out, hdu, {});
  return out;
}

}  // namespace skywright::io::detail
