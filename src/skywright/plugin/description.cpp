#include "skywright/plugin/description.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <skywright_kernel.h>

#include "skywright/base/error.h"

namespace skywright::plugin {
namespace {

constexpr std::size_t kMostEntries = 64;
constexpr std::size_t kLongestName = 64;
constexpr std::array<std::string_view, 3> kKinds = {"measure", "psf", "light_curve"};
constexpr std::string_view kBlanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// The first word, which is taken off `text`.
std::string_view next_word(std::string_view& text) {
  text = trimmed(text);
  const std::string_view word = text.substr(0, text.find_first_of(kBlanks));
  text.remove_prefix(word.size());
  text = trimmed(text);
  return word;
}

bool is_name(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto other = [](char c) { return (c >= '0' && c <= '9') || c == '_'; };
  return !text.empty() && text.size() <= kLongestName && letter(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return letter(c) || other(c); });
}

std::optional<double> finite_number(std::string_view text) {
  text = trimmed(text);
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return {};
  return value;
}

class Reader {
 public:
  explicit Reader(const std::string& library) : library_(library) {}

  void line(std::string_view text) {
    ++line_;
    const std::string_view word = next_word(text);
    if (word.empty() || word.front() == '#') return;
    if (word == "interface") {
      interface(text);
    } else if (word == "kind") {
      kind(text);
    } else if (word == "name") {
      once(out_.name, text, "name");
      check_name(text);
    } else if (word == "version") {
      once(out_.version, text, "version");
    } else if (word == "parameter") {
      parameter(text);
    } else if (word == "result") {
      result(text);
    } else if (word == "reentrant" && text.empty()) {
      out_.reentrant = true;
    } else {
      refuse(fmt::format("\"{}\" is not a word of a description", word),
             "lines begin with interface, kind, name, version, parameter, result or reentrant");
    }
  }

  Description finish() {
    line_ = 0;
    if (!interface_)
      refuse("it does not say which interface it is made for",
             fmt::format("add the line \"interface {}\"", SKYWRIGHT_KERNEL_INTERFACE));
    if (!kind_) refuse("it has no line kind", "add \"kind measure\", \"psf\" or \"light_curve\"");
    if (out_.name.empty()) refuse("it has no line name", "add \"name ...\"");
    if (out_.kind == Kind::measure && out_.results.empty())
      refuse("a kernel of kind measure with no result", "add a line \"result NAME UNIT ...\"");
    if (out_.kind != Kind::measure && !out_.results.empty())
      refuse(fmt::format("a kernel of kind {} names results, and its result is fixed",
                         kind_name(out_.kind)),
             "leave the lines result out");
    return out_;
  }

 private:
  [[noreturn]] void refuse(const std::string& reason, const std::string& remedy) const {
    throw InputError(line_ > 0 ? fmt::format("{}, line {} of its description", library_, line_)
                               : fmt::format("{}, its description", library_),
                     reason, remedy);
  }

  void interface(std::string_view text) {
    const auto version = finite_number(text);
    if (!version) refuse("interface takes a number", "write \"interface 1\"");
    if (*version != SKYWRIGHT_KERNEL_INTERFACE)
      refuse(fmt::format("it is made for version {} of the interface and this program has {}",
                         *version, SKYWRIGHT_KERNEL_INTERFACE),
             "compile it against this program's skywright_kernel.h");
    interface_ = true;
  }

  void kind(std::string_view text) {
    const auto* const found = std::find(kKinds.begin(), kKinds.end(), text);
    if (found == kKinds.end())
      refuse(fmt::format("\"{}\" is no kind", text),
             fmt::format("use one of {}", fmt::join(kKinds, ", ")));
    out_.kind = static_cast<Kind>(found - kKinds.begin());
    kind_ = true;
  }

  void once(std::string& field, std::string_view text, const char* what) const {
    if (!field.empty() || text.empty())
      refuse(fmt::format("{} stands twice or without a value", what), "give it once");
    field = text;
  }

  void check_name(std::string_view name) const {
    if (!is_name(name))
      refuse(fmt::format("\"{}\" cannot be a name", name),
             "use at most 64 letters, digits and _, a letter first");
  }

  /// Name and unit, which lead a parameter and a result.
  template <class Entry>
  Entry entry(const std::vector<Entry>& before, std::string_view& text) const {
    Entry e;
    e.name = next_word(text);
    check_name(e.name);
    if (std::any_of(before.begin(), before.end(), [&](const Entry& b) { return b.name == e.name; }))
      refuse(fmt::format("{} stands twice", e.name), "give each its own name");
    if (before.size() == kMostEntries)
      refuse(fmt::format("more than {} of them", kMostEntries), "make two kernels of it");
    e.unit = next_word(text);
    if (e.unit.empty()) refuse(fmt::format("{} has no unit", e.name), "write - for none");
    if (e.unit == "-") e.unit.clear();
    return e;
  }

  void parameter(std::string_view text) {
    auto p = entry(out_.parameters, text);
    const std::string_view number = next_word(text);
    const auto value = finite_number(number);
    if (!value)
      refuse(fmt::format("the default of {}, \"{}\", is no finite number", p.name, number),
             "write name, unit, default and what it is");
    p.value = *value;
    p.meaning = text;
    out_.parameters.push_back(std::move(p));
  }

  void result(std::string_view text) {
    auto r = entry(out_.results, text);
    r.meaning = text;
    out_.results.push_back(std::move(r));
  }

  const std::string& library_;
  Description out_;
  int line_ = 0;
  bool interface_ = false;
  bool kind_ = false;
};

}  // namespace

std::string_view kind_name(Kind kind) { return kKinds.at(static_cast<std::size_t>(kind)); }

Description parse_description(std::string_view text, const std::string& library) {
  // It reaches terminals and the headers of FITS files.
  for (const char c : text)
    if ((c < ' ' || c > '~') && c != '\n' && c != '\t' && c != '\r')
      throw InputError(library + ", its description", "it holds other than printable ASCII",
                       "return the number of characters written, and write text alone");
  Reader reader(library);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    reader.line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return reader.finish();
}

std::vector<double> parameter_values(const Description& description,
                                     const std::vector<std::string>& settings) {
  const std::vector<Parameter>& known = description.parameters;
  std::vector<double> values;
  std::vector<std::string> names;
  for (const Parameter& p : known) {
    values.push_back(p.value);
    names.push_back(p.name);
  }
  std::vector<bool> given(known.size(), false);
  for (const std::string& setting : settings) {
    const std::size_t equals = std::min(setting.find('='), setting.size());
    const std::string_view name = trimmed(std::string_view(setting).substr(0, equals));
    const auto found = std::find(names.begin(), names.end(), name);
    const std::string problem =
        fmt::format("parameter \"{}\" of the kernel {}", setting, description.name);
    if (found == names.end())
      throw ConfigError(problem, "it has none of that name",
                        names.empty() ? std::string("it takes no parameters")
                                      : fmt::format("it has {}", fmt::join(names, ", ")));
    const auto i = static_cast<std::size_t>(found - names.begin());
    const auto value =
        finite_number(equals < setting.size() ? std::string_view(setting).substr(equals + 1) : "");
    if (!value) throw ConfigError(problem, "its value is no finite number", "write name=number");
    if (given[i]) throw ConfigError(problem, "it is given twice", "give it once");
    given[i] = true;
    values[i] = *value;
  }
  return values;
}

}  // namespace skywright::plugin
