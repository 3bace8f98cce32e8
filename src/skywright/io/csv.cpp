#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/io/atomic_file.h"
#include "skywright/io/table_files.h"

// RFC 4180, with units and descriptions left out, as every reader of CSV expects.

namespace skywright::io {
namespace {

/// Cuts the text into records of fields; lines that begin with '#' before the header are skipped.
class CsvReader {
 public:
  CsvReader(std::string_view text, std::string origin) : text_(text), origin_(std::move(origin)) {
    if (text_.starts_with("\xef\xbb\xbf")) text_.remove_prefix(3);
    while (text_.starts_with('#')) {
      const auto end = text_.find('\n');
      text_.remove_prefix(end == std::string_view::npos ? text_.size() : end + 1);
    }
  }

  [[nodiscard]] bool more() const { return at_ < text_.size(); }

  std::vector<std::string> record() {
    std::vector<std::string> fields(1);
    ++number_;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"' && fields.back().empty()) {
        quoted(fields.back());
      } else if (c == ',') {
        fields.emplace_back();
      } else if (c == '\n') {
        return fields;
      } else if (c == '\0') {
        refuse("holds a NUL byte");
      } else if (c != '\r' || (at_ < text_.size() && text_[at_] != '\n')) {
        fields.back() += c;
      }
    }
    return fields;
  }

  [[noreturn]] void refuse(const std::string& reason) const {
    throw InputError(fmt::format("{} record {}", origin_, number_), reason,
                     "name a CSV file with one header line and commas");
  }

 private:
  void quoted(std::string& field) {
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c != '"') {
        field += c;
      } else if (at_ < text_.size() && text_[at_] == '"') {
        field += '"';
        ++at_;
      } else {
        return;
      }
    }
    refuse("ends within quotes");
  }

  std::string_view text_;
  std::string origin_;
  std::size_t at_ = 0;
  std::size_t number_ = 0;
};

std::string_view trimmed(std::string_view s) {
  const auto begin = s.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return s.substr(begin, s.find_last_not_of(" \t") - begin + 1);
}

template <class T>
std::optional<T> parsed(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

bool is_logical(std::string_view text) {
  text = trimmed(text);
  return text == "true" || text == "false" || text == "True" || text == "False";
}

/// The narrowest type that every field of the column fits; empty fields are NaN among numbers.
table::Values typed(std::vector<std::string> fields) {
  bool whole = !fields.empty();
  bool real = !fields.empty();
  bool logical = !fields.empty();
  bool any = false;
  for (const std::string& field : fields) {
    const bool blank = trimmed(field).empty();
    any |= !blank;
    logical = logical && is_logical(field);
    whole = whole && parsed<std::int64_t>(field).has_value();
    real = real && (blank || parsed<double>(field).has_value());
  }
  if (logical) {
    table::Flags flags;
    for (const std::string& field : fields)
      flags.values.push_back(trimmed(field)[0] == 't' || trimmed(field)[0] == 'T' ? 1 : 0);
    return flags;
  }
  if (whole) {
    std::vector<std::int64_t> out;
    for (const std::string& field : fields) out.push_back(*parsed<std::int64_t>(field));
    return out;
  }
  if (real && any) {
    std::vector<double> out;
    for (const std::string& field : fields)
      out.push_back(parsed<double>(field).value_or(std::numeric_limits<double>::quiet_NaN()));
    return out;
  }
  return fields;
}

std::string csv_text(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos &&
      (text.empty() || (text.front() != ' ' && text.front() != '#' && text.back() != ' ')))
    return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

void append_field(const table::Values& values, std::size_t row, std::string& out) {
  std::visit(
      [&](const auto& v) {
        using V = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<V, table::Flags>)
          out += v.values[row] != 0 ? "true" : "false";
        else if constexpr (std::is_same_v<V, std::vector<std::string>>)
          out += csv_text(v[row]);
        else
          fmt::format_to(std::back_inserter(out), "{}", v[row]);  // shortest exact digits
      },
      values);
}

}  // namespace

table::Table read_csv(const std::filesystem::path& path) {
  const std::string text = read_whole_file(path);
  CsvReader reader(text, path.string());
  if (!reader.more()) reader.refuse("is empty");
  const std::vector<std::string> names = reader.record();
  std::vector<std::vector<std::string>> fields(names.size());
  while (reader.more()) {
    std::vector<std::string> record = reader.record();
    if (record.size() == 1 && record[0].empty() && names.size() > 1) continue;  // an empty line
    if (record.size() != names.size())
      reader.refuse(
          fmt::format("has {} fields where the header has {}", record.size(), names.size()));
    for (std::size_t c = 0; c < names.size(); ++c) fields[c].push_back(std::move(record[c]));
  }
  table::Table out;
  for (std::size_t c = 0; c < names.size(); ++c)
    out.add(trimmed(names[c]), "", "", typed(std::move(fields[c])));
  return out;
}

void write_csv(const std::filesystem::path& path, const table::Table& table) {
  std::string text;
  for (std::size_t c = 0; c < table.columns().size(); ++c)
    text.append(c == 0 ? "" : ",").append(csv_text(table.columns()[c].name));
  text += '\n';
  for (std::size_t r = 0; r < table.rows(); ++r) {
    for (std::size_t c = 0; c < table.columns().size(); ++c) {
      if (c > 0) text += ',';
      append_field(table.columns()[c].values, r, text);
    }
    text += '\n';
  }
  write_whole_file(path, text);
}

}  // namespace skywright::io
