#include "skywright/alerts/avro_value.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

namespace skywright::alerts {
namespace {

using Json = nlohmann::ordered_json;

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

Json as_json(const AvroValue& value) {
  return std::visit(
      Overloaded{[](std::monostate) { return Json(nullptr); },
                 [](const AvroValue::Bytes& bytes) {
                   return Json{{"bytes", bytes.size()}};
                 },
                 [](const AvroValue::Array& array) {
                   Json out = Json::array();
                   for (const AvroValue& item : array) out.push_back(as_json(item));
                   return out;
                 },
                 [](const AvroValue::Record& record) {
                   Json out = Json::object();
                   for (const auto& [name, part] : record) out[name] = as_json(part);
                   return out;
                 },
                 [](double number) { return std::isfinite(number) ? Json(number) : Json(nullptr); },
                 [](const auto& plain) { return Json(plain); }},
      value.datum);
}

}  // namespace

const AvroValue* AvroValue::find(std::string_view path) const {
  const AvroValue* at = this;
  while (!path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    const auto* record = std::get_if<Record>(&at->datum);
    if (record == nullptr) return nullptr;
    const AvroValue* next = nullptr;
    for (const auto& [name, part] : *record)
      if (name == path.substr(0, dot)) next = &part;
    if (next == nullptr) return nullptr;
    at = next;
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return at->is_null() ? nullptr : at;
}

std::string AvroValue::json() const {
  // Text in a stranger's file need not be UTF-8; what is not is replaced, never refused.
  return as_json(*this).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace skywright::alerts
