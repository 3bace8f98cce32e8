#include <cmath>
#include <sstream>

#include <fmt/format.h>

#include "skywright/config/toml_config.h"

namespace skywright::config {
namespace {

std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out.append(1, '\\').append(1, c);
    else if (c == '\n')
      out += "\\n";
    else if (static_cast<unsigned char>(c) < 0x20)
      out += fmt::format("\\u{:04x}", static_cast<int>(c));
    else
      out += c;
  }
  return out + '"';
}

/// The shortest text that reads back as the same double, with a point so that it stays a real.
std::string real(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

}  // namespace

void TomlWriter::line(std::string_view name, const std::string& value, std::string_view doc,
                      const Range& range) {
  std::string& body = levels_.back().body;
  body += fmt::format("{} = {}", name, value);
  if (comments_ == Comments::descriptions) {
    body += fmt::format("  # {}", doc);
    if (!range.is_open()) body += fmt::format("; {}", range.text());
  }
  body += '\n';
}

void TomlWriter::number(std::string_view name, double& value, std::string_view doc, Range range) {
  line(name, real(value), doc, range);
}
void TomlWriter::whole(std::string_view name, int& value, std::string_view doc, Range range) {
  line(name, fmt::format("{}", value), doc, range);
}
void TomlWriter::flag(std::string_view name, bool& value, std::string_view doc) {
  line(name, value ? "true" : "false", doc);
}
void TomlWriter::text(std::string_view name, std::string& value, std::string_view doc) {
  line(name, toml_string(value), doc);
}

void TomlWriter::numbers(std::string_view name, std::vector<double>& value, std::string_view doc,
                         Range each) {
  std::string list;
  for (const double v : value) list += (list.empty() ? "" : ", ") + real(v);
  line(name, "[" + list + "]", doc, each);
}

void TomlWriter::texts(std::string_view name, std::vector<std::string>& value,
                       std::string_view doc) {
  std::string list;
  for (const std::string& v : value) list += (list.empty() ? "" : ", ") + toml_string(v);
  line(name, "[" + list + "]", doc);
}

void TomlWriter::choice(std::string_view name, int& index, const std::vector<std::string>& names,
                        std::string_view doc) {
  std::string known;
  for (const std::string& option : names) known += (known.empty() ? "" : ", ") + option;
  line(name, toml_string(names[static_cast<std::size_t>(index)]),
       fmt::format("{} ({})", doc, known));
}

void TomlWriter::begin(std::string_view name, std::string_view doc) {
  const std::string& parent = levels_.back().path;
  const std::string path = parent.empty() ? std::string(name) : fmt::format("{}.{}", parent, name);
  std::string heading = fmt::format("\n[{}]", path);
  if (comments_ == Comments::descriptions) heading += fmt::format("  # {}", doc);
  levels_.push_back({path, heading + "\n", ""});
}

void TomlWriter::end() {
  const Level done = levels_.back();
  levels_.pop_back();
  levels_.back().later += done.body + done.later;
}

std::size_t TomlWriter::begin_list(std::string_view name, std::size_t current,
                                   std::string_view doc) {
  const std::string& parent = levels_.back().path;
  const std::string comment =
      comments_ == Comments::descriptions ? fmt::format("\n# {}: {}\n", name, doc) : "";
  levels_.push_back(
      {parent.empty() ? std::string(name) : fmt::format("{}.{}", parent, name), comment, ""});
  return current;
}

void TomlWriter::begin_element(std::size_t) {
  const std::string path = levels_.back().path;
  levels_.push_back({path, fmt::format("\n[[{}]]\n", path), ""});
}

void TomlWriter::end_list() { end(); }

bool TomlWriter::begin_example() {
  if (comments_ == Comments::none) return false;
  begin_element(0);
  return true;
}

void TomlWriter::end_example() {
  const Level done = levels_.back();
  levels_.pop_back();
  // It does not exist: all of it is a comment.
  std::string line;
  for (std::istringstream text(done.body + done.later); std::getline(text, line);)
    levels_.back().later += line.empty() ? "\n" : "# " + line + "\n";
}

std::string TomlWriter::text() const { return levels_.front().body + levels_.front().later; }

}  // namespace skywright::config
