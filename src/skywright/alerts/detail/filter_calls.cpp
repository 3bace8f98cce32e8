#include "skywright/alerts/detail/filter_calls.h"

#include <vector>

#include "skywright/alerts/detail/known_fields.h"

namespace skywright::alerts::detail {

const char* name_of(Type type) {
  constexpr std::array<const char*, 5> kNames = {"null", "a truth", "a number", "a text",
                                                 "a group of values"};
  return kNames[static_cast<std::size_t>(type)];
}

Type type_of(const AvroNode& node) {
  switch (node.type) {
    case AvroType::boolean:
      return Type::truth;
    case AvroType::int32:
    case AvroType::int64:
    case AvroType::float32:
    case AvroType::float64:
      return Type::number;
    case AvroType::string:
    case AvroType::enumeration:
      return Type::text;
    default:
      return Type::thing;
  }
}

void refuse_unknown_call(std::string_view text, const Expression& e) {
  std::vector<std::string> names;
  for (const auto& [name, aggregate] : kAggregates) names.emplace_back(name);
  for (const std::string_view name : kRegions) names.emplace_back(name);
  for (const KnownFunction& known : kFunctions) names.emplace_back(known.name);
  const std::string near = nearest(e.word, names);
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  refuse_filter(text, {e.span.begin, e.span.begin + e.word.size()}, "unknown function " + e.word,
                near.empty() ? "there are " + all : "did you mean " + near + "?");
}

void need_arguments(std::string_view text, const Expression& e, std::size_t fewest,
                    std::size_t most, const std::string& form) {
  if (e.parts.size() < fewest || e.parts.size() > most)
    refuse_filter(text, e.span, e.word + " takes other arguments than these", "write " + form);
}

}  // namespace skywright::alerts::detail
