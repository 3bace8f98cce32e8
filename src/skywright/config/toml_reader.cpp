#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "skywright/base/error.h"
#include "skywright/config/toml_config.h"

namespace skywright::config {
namespace {

constexpr std::string_view kRemedy =
    "`skywright COMMAND --help-config` lists all, docs/guides those of a camera";

std::string kind_of(const toml::node& node) {
  std::ostringstream text;
  text << node.type();
  return text.str();
}

}  // namespace

/// One TOML table that is being read, with the keys that its fields have asked for.
struct Level {
  const toml::table* table = nullptr;  ///< null where the text has no such table
  const toml::array* list = nullptr;   ///< within begin_list: the array of tables
  std::string path;                    ///< "detection." for messages
  std::set<std::string, std::less<>> asked;
};

struct TomlReader::State {
  toml::table root;
  std::string origin;
  std::vector<Level> levels;

  [[nodiscard]] std::string where(const toml::node& node) const {
    return fmt::format("{} line {}", origin, node.source().begin.line);
  }

  const toml::node* find(std::string_view name) {
    Level& level = levels.back();
    level.asked.emplace(name);
    return level.table == nullptr ? nullptr : level.table->get(name);
  }

  [[noreturn]] void refuse(const toml::node& node, std::string_view name,
                           std::string_view should_be, std::string_view doc) const {
    throw ConfigError(fmt::format("{}{} ({})", levels.back().path, name, where(node)),
                      fmt::format("must be {}, not a TOML {}", should_be, kind_of(node)),
                      fmt::format("it means: {}", doc));
  }

  /// Refuse keys of the innermost table that nobody asked for.
  void check_unknown() const {
    const Level& level = levels.back();
    if (level.table == nullptr) return;
    for (const auto& [key, node] : *level.table) {
      if (level.asked.find(key.str()) != level.asked.end()) continue;
      std::string known;
      for (const std::string& name : level.asked) known += (known.empty() ? "" : " ") + name;
      throw ConfigError(fmt::format("{}{} ({})", level.path, key.str(), where(node)),
                        "there is no such key", fmt::format("the keys here are: {}", known));
    }
  }
};

TomlReader::TomlReader(std::string_view text, std::string_view origin)
    : state_(std::make_unique<State>()) {
  state_->origin = origin;
  try {
    state_->root = toml::parse(text, origin);
  } catch (const toml::parse_error& error) {
    throw ConfigError(fmt::format("{} line {} column {}", origin, error.source().begin.line,
                                  error.source().begin.column),
                      fmt::format("not TOML ({})", error.description()),
                      "write key = value lines and [table] headings");
  }
  state_->levels.push_back({&state_->root, nullptr, "", {}});
}

TomlReader::~TomlReader() = default;

void TomlReader::number(std::string_view name, double& value, std::string_view doc, Range range) {
  const toml::node* node = state_->find(name);
  if (node == nullptr) return;
  const auto read = node->value<double>();
  if (!read || node->is_boolean()) state_->refuse(*node, name, "a number", doc);
  if (!range.holds(*read)) {
    throw ConfigError(fmt::format("{}{}={:g} ({})", state_->levels.back().path, name, *read,
                                  state_->where(*node)),
                      range.text(), fmt::format("it means: {}; the default is {:g}", doc, value));
  }
  value = *read;
}

void TomlReader::whole(std::string_view name, int& value, std::string_view doc, Range range) {
  const toml::node* node = state_->find(name);
  if (node == nullptr) return;
  const auto read = node->value_exact<std::int64_t>();
  if (!read) state_->refuse(*node, name, "a whole number", doc);
  if (!range.holds(static_cast<double>(*read)) || std::abs(*read) > 2147483647) {
    throw ConfigError(
        fmt::format("{}{}={} ({})", state_->levels.back().path, name, *read, state_->where(*node)),
        range.text(), fmt::format("it means: {}; the default is {}", doc, value));
  }
  value = static_cast<int>(*read);
}

void TomlReader::flag(std::string_view name, bool& value, std::string_view doc) {
  const toml::node* node = state_->find(name);
  if (node == nullptr) return;
  const auto read = node->value_exact<bool>();
  if (!read) state_->refuse(*node, name, "true or false", doc);
  value = *read;
}

void TomlReader::text(std::string_view name, std::string& value, std::string_view doc) {
  const toml::node* node = state_->find(name);
  if (node == nullptr) return;
  const auto read = node->value_exact<std::string>();
  if (!read) state_->refuse(*node, name, "text in quotes", doc);
  value = *read;
}

void TomlReader::numbers(std::string_view name, std::vector<double>& value, std::string_view doc,
                         Range each) {
  const toml::node* node = state_->find(name);
  if (node == nullptr) return;
  const toml::array* list = node->as_array();
  if (list == nullptr) state_->refuse(*node, name, "a list of numbers", doc);
  std::vector<double> read;
  for (const toml::node& element : *list) {
    const auto v = element.value<double>();
    if (!v || element.is_boolean()) state_->refuse(element, name, "a list of numbers", doc);
    if (!each.holds(*v)) {
      throw ConfigError(fmt::format("{}{} holds {:g} ({})", state_->levels.back().path, name, *v,
                                    state_->where(element)),
                        each.text(), fmt::format("it means: {}", doc));
    }
    read.push_back(*v);
  }
  value = std::move(read);
}

void TomlReader::texts(std::string_view name, std::vector<std::string>& value,
                       std::string_view doc) {
  const toml::node* node = state_->find(name);
  if (node == nullptr) return;
  const toml::array* list = node->as_array();
  if (list == nullptr) state_->refuse(*node, name, "a list of texts", doc);
  std::vector<std::string> read;
  for (const toml::node& element : *list) {
    const auto v = element.value_exact<std::string>();
    if (!v) state_->refuse(element, name, "a list of texts", doc);
    read.push_back(*v);
  }
  value = std::move(read);
}

void TomlReader::choice(std::string_view name, int& index, const std::vector<std::string>& names,
                        std::string_view doc) {
  const toml::node* node = state_->find(name);
  if (node == nullptr) return;
  const auto read = node->value_exact<std::string>();
  std::string known;
  for (const std::string& option : names) known += (known.empty() ? "" : ", ") + option;
  if (!read) state_->refuse(*node, name, "one of " + known, doc);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] != *read) continue;
    index = static_cast<int>(i);
    return;
  }
  throw ConfigError(fmt::format("{}{}=\"{}\" ({})", state_->levels.back().path, name, *read,
                                state_->where(*node)),
                    "must be one of " + known, fmt::format("it means: {}", doc));
}

void TomlReader::begin(std::string_view name, std::string_view doc) {
  const toml::node* node = state_->find(name);
  const toml::table* table = node == nullptr ? nullptr : node->as_table();
  if (node != nullptr && table == nullptr) state_->refuse(*node, name, "a table", doc);
  const std::string path = fmt::format("{}{}.", state_->levels.back().path, name);
  state_->levels.push_back({table, nullptr, path, {}});
}

void TomlReader::end() {
  state_->check_unknown();
  state_->levels.pop_back();
}

std::size_t TomlReader::begin_list(std::string_view name, std::size_t current,
                                   std::string_view doc) {
  const toml::node* node = state_->find(name);
  const toml::array* list = node == nullptr ? nullptr : node->as_array();
  if (node != nullptr && list == nullptr) state_->refuse(*node, name, "a list of tables", doc);
  const std::string path = fmt::format("{}{}", state_->levels.back().path, name);
  state_->levels.push_back({nullptr, list, path, {}});
  return list == nullptr ? current : list->size();
}

void TomlReader::begin_element(std::size_t index) {
  const Level& parent = state_->levels.back();
  const toml::table* table = nullptr;
  const std::string path = fmt::format("{}[{}].", parent.path, index);
  if (parent.list != nullptr) {
    const toml::node* node = parent.list->get(index);
    table = node->as_table();
    if (table == nullptr) {
      throw ConfigError(fmt::format("{} ({})", path, state_->where(*node)), "must be a table",
                        std::string(kRemedy));
    }
  }
  state_->levels.push_back({table, nullptr, path, {}});
}

void TomlReader::end_list() { state_->levels.pop_back(); }

void TomlReader::finish() { state_->check_unknown(); }

}  // namespace skywright::config
