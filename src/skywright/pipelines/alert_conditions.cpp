#include "skywright/pipelines/alert_conditions.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "skywright/base/error.h"

namespace skywright::pipelines {
namespace {

using alerts::AvroNode;
using alerts::AvroType;
using alerts::AvroValue;

template <class T>
std::optional<T> whole_text_as(std::string_view text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc{} || read.ptr != end) return {};
  return value;
}

/// A truth compares as 1 or 0.
std::string_view as_number(std::string_view value) {
  return value == "true" ? "1" : value == "false" ? "0" : value;
}

/// The branches of a union that are not null, or the type itself.
std::vector<const AvroNode*> branches(const AvroNode& type) {
  std::vector<const AvroNode*> out;
  if (type.type != AvroType::choice) return {&type};
  for (const AvroNode* part : type.parts)
    if (part->type != AvroType::null) out.push_back(part);
  return out;
}

/// Letters to change, add or take away that make one word of the other (Levenshtein 1966).
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t corner = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, corner + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      corner = above;
    }
  }
  return row[b.size()];
}

/// Names of records' fields in their order, or those first that are spelt most like `wanted`.
std::string known_names(const std::vector<const AvroNode*>& records, std::string_view wanted) {
  std::vector<std::string> names;
  for (const AvroNode* record : records)
    for (const alerts::AvroField& field : record->fields) names.push_back(field.name);
  if (!wanted.empty())
    std::stable_sort(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
      return edits(a, wanted) < edits(b, wanted);
    });
  constexpr std::size_t kShown = 20;
  const std::size_t more = names.size() > kShown ? names.size() - kShown : 0;
  names.resize(names.size() - more);
  std::string out = fmt::format("{}", fmt::join(names, ", "));
  if (more > 0)
    out += fmt::format(" and {} more, see `skywright alerts show FILE --index 0`", more);
  return out;
}

/// The types that a path of names may lead to. Empty where a map on the way may hold any name.
std::vector<const AvroNode*> types_at(const AvroNode& schema, const std::string& path,
                                      const std::string& condition) {
  std::vector<const AvroNode*> at = branches(schema);
  std::string_view left = path;
  while (true) {
    const std::string_view name = left.substr(0, left.find('.'));
    if (std::any_of(at.begin(), at.end(), [](auto* n) { return n->type == AvroType::map; }))
      return {};
    std::vector<const AvroNode*> next;
    for (const AvroNode* node : at)
      for (const alerts::AvroField& field : node->fields)
        if (field.name == name)
          for (const AvroNode* branch : branches(*field.type)) next.push_back(branch);
    if (next.empty()) {
      const std::string names = known_names(at, name);
      throw ConfigError(
          condition, fmt::format("these alerts have no field {}", path),
          names.empty() ? fmt::format("leave out .{}, for what stands before it has no parts", left)
                        : fmt::format("in the place of {} may stand {}", name, names));
    }
    at = std::move(next);
    if (name.size() == left.size()) return at;
    left.remove_prefix(name.size() + 1);
  }
}

template <class T>
bool holds(const T& a, AlertCondition::Relation relation, const T& b) {
  using Relation = AlertCondition::Relation;
  switch (relation) {
    case Relation::equal:
      return a == b;
    case Relation::unequal:
      return a != b;
    case Relation::less:
      return a < b;
    case Relation::less_equal:
      return a <= b;
    case Relation::greater:
      return a > b;
    case Relation::greater_equal:
      return a >= b;
  }
  return false;
}

std::string spelt(const AlertCondition& condition) {
  constexpr std::array<const char*, 6> kSigns = {"=", "!=", "<", "<=", ">", ">="};
  return fmt::format("--where {}{}{}", condition.field,
                     kSigns[static_cast<std::size_t>(condition.relation)], condition.value);
}

}  // namespace

AlertCondition parse_alert_condition(const std::string& text) {
  using Relation = AlertCondition::Relation;
  constexpr std::array<std::pair<std::string_view, Relation>, 7> kRelations = {
      {{">=", Relation::greater_equal},
       {"<=", Relation::less_equal},
       {"!=", Relation::unequal},
       {"==", Relation::equal},
       {">", Relation::greater},
       {"<", Relation::less},
       {"=", Relation::equal}}};
  const std::size_t at = text.find_first_of("<>=!");
  if (at != std::string::npos && at > 0)
    for (const auto& [sign, relation] : kRelations)
      if (text.compare(at, sign.size(), sign) == 0) {
        AlertCondition out{text.substr(0, at), relation, text.substr(at + sign.size())};
        for (std::string* part : {&out.field, &out.value}) {
          part->erase(0, part->find_first_not_of(' '));
          part->erase(part->find_last_not_of(' ') + 1);
        }
        if (!out.field.empty() && !out.value.empty()) return out;
      }
  throw ConfigError("--where " + text, "must be FIELD, one of = != < <= > >=, and a value",
                    "as in diaSource.snr>10");
}

void check_condition(const AlertCondition& condition, const AvroNode& schema) {
  const std::vector<const AvroNode*> types = types_at(schema, condition.field, spelt(condition));
  if (types.empty()) return;
  const auto is_text = [](const AvroNode* n) {
    return n->type == AvroType::string || n->type == AvroType::enumeration;
  };
  const auto is_number = [](const AvroNode* n) {
    return n->type == AvroType::boolean || n->type == AvroType::int32 ||
           n->type == AvroType::int64 || n->type == AvroType::float32 ||
           n->type == AvroType::float64;
  };
  if (std::any_of(types.begin(), types.end(), is_text)) return;
  if (std::none_of(types.begin(), types.end(), is_number)) {
    const std::string parts = known_names(types, "");
    throw ConfigError(spelt(condition), condition.field + " is no single value",
                      parts.empty() ? "name a number or a text"
                                    : fmt::format("name one of its parts, {}", parts));
  }
  if (!whole_text_as<double>(as_number(condition.value)))
    throw ConfigError(spelt(condition), "the field is a number and the value is not",
                      "write a number");
}

bool meets(const AvroValue& alert, const AlertCondition& condition) {
  const AvroValue* value = alert.find(condition.field);
  if (value == nullptr) return false;
  if (const auto* text = std::get_if<std::string>(&value->datum))
    return holds(*text, condition.relation, condition.value);
  const std::string_view wanted = as_number(condition.value);
  if (const auto* whole = std::get_if<std::int64_t>(&value->datum))
    if (const auto other = whole_text_as<std::int64_t>(wanted))  // ids are wider than a double
      return holds(*whole, condition.relation, *other);
  const auto other = whole_text_as<double>(wanted);
  if (!other) return false;
  if (const auto* v = std::get_if<double>(&value->datum))
    return holds(*v, condition.relation, *other);
  if (const auto* v = std::get_if<std::int64_t>(&value->datum))
    return holds(static_cast<double>(*v), condition.relation, *other);
  if (const auto* v = std::get_if<bool>(&value->datum))
    return holds(*v ? 1.0 : 0.0, condition.relation, *other);
  return false;
}

}  // namespace skywright::pipelines
