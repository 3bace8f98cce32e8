#include "skywright/alerts/avro_schema.h"

#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "skywright/alerts/detail/embedded_files.h"
#include "skywright/base/error.h"

namespace skywright::alerts {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kDeepest = 64;  ///< no schema in use nests further; a hostile one would

[[noreturn]] void refuse(const std::string& what) {
  throw InputError("Avro schema", what, "check that the file is an Avro object container");
}

Json parsed_json(std::string_view text) {
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) refuse("its text is not JSON");
  return json;
}

const std::map<std::string, AvroType, std::less<>>& primitives() {
  static const std::map<std::string, AvroType, std::less<>> types = {
      {"null", AvroType::null},   {"boolean", AvroType::boolean}, {"int", AvroType::int32},
      {"long", AvroType::int64},  {"float", AvroType::float32},   {"double", AvroType::float64},
      {"bytes", AvroType::bytes}, {"string", AvroType::string}};
  return types;
}

std::string text_of(const Json& json, const char* key) {
  const auto it = json.find(key);
  return it != json.end() && it->is_string() ? it->get<std::string>() : std::string();
}

std::string full_name(const std::string& name, const std::string& space) {
  return name.find('.') != std::string::npos || space.empty() ? name : space + "." + name;
}

std::string space_of(const std::string& full) {
  const std::size_t dot = full.rfind('.');
  return dot == std::string::npos ? std::string() : full.substr(0, dot);
}

}  // namespace

/// Builds nodes from JSON; a name is known from the moment its definition begins.
struct SchemaParser {
  AvroSchema& schema;
  std::map<std::string, const AvroNode*, std::less<>> named = {};

  const AvroNode* node(const Json& json, const std::string& space, int depth) {
    if (depth > kDeepest) refuse("it nests too deeply");
    if (json.is_string()) return reference(json.get<std::string>(), space);
    if (json.is_array()) {
      if (json.empty()) refuse("a union has no branch");
      AvroNode& made = add(AvroType::choice);
      for (const Json& branch : json) made.parts.push_back(node(branch, space, depth + 1));
      return &made;
    }
    if (!json.is_object() || !json.contains("type")) refuse("a type is missing");
    const Json& type = json["type"];
    if (!type.is_string()) return node(type, space, depth + 1);
    return definition(type.get<std::string>(), json, space, depth);
  }

 private:
  AvroNode& add(AvroType type) {
    AvroNode& made = schema.nodes_.emplace_back();
    made.type = type;
    return made;
  }

  const AvroNode* reference(const std::string& name, const std::string& space) {
    if (const auto it = primitives().find(name); it != primitives().end()) return &add(it->second);
    for (const std::string& candidate : {full_name(name, space), name})
      if (const auto it = named.find(candidate); it != named.end()) return it->second;
    refuse("the type " + name + " is not defined");
  }

  const AvroNode* definition(const std::string& type, const Json& json, const std::string& space,
                             int depth) {
    if (type == "array" || type == "map") {
      AvroNode& made = add(type == "array" ? AvroType::array : AvroType::map);
      const char* key = type == "array" ? "items" : "values";
      if (!json.contains(key)) refuse("an " + type + " names no type for its parts");
      made.parts.push_back(node(json[key], space, depth + 1));
      return &made;
    }
    if (type == "record" || type == "enum" || type == "fixed")
      return named_type(type, json, space, depth);
    return reference(type, space);
  }

  const AvroNode* named_type(const std::string& type, const Json& json, const std::string& space,
                             int depth) {
    const std::string own_space = text_of(json, "namespace");
    const std::string name =
        full_name(text_of(json, "name"), own_space.empty() ? space : own_space);
    AvroNode& made = add(AvroType::record);
    made.name = name;
    made.doc = text_of(json, "doc");
    if (!named.emplace(name, &made).second) refuse("the type " + name + " is defined twice");
    if (type == "fixed") {
      made.type = AvroType::fixed;
      if (!json.contains("size") || !json["size"].is_number_unsigned())
        refuse("a fixed has no size");
      made.size = json["size"].get<std::size_t>();
    } else if (type == "enum") {
      made.type = AvroType::enumeration;
      if (!json.contains("symbols") || !json["symbols"].is_array())
        refuse("an enum has no symbols");
      for (const Json& symbol : json["symbols"])
        made.symbols.push_back(symbol.is_string() ? symbol.get<std::string>() : std::string());
    } else {
      if (!json.contains("fields") || !json["fields"].is_array()) refuse("a record has no fields");
      for (const Json& field : json["fields"]) {
        if (!field.is_object() || !field.contains("type")) refuse("a field has no type");
        made.fields.push_back({text_of(field, "name"), text_of(field, "doc"),
                               node(field["type"], space_of(name), depth + 1)});
      }
    }
    return &made;
  }
};

AvroSchema::AvroSchema(std::string_view json) {
  SchemaParser parser{*this};
  root_ = parser.node(parsed_json(json), "", 0);
}

const AvroNode& AvroSchema::record(std::string_view name) const {
  for (const AvroNode& node : nodes_) {
    if (node.type != AvroType::record) continue;
    const std::string_view full = node.name;
    if (full == name || (full.ends_with(name) && full.size() > name.size() &&
                         full[full.size() - name.size() - 1] == '.'))
      return node;
  }
  refuse("it has no record " + std::string(name));
}

namespace {

/// Put the definition of a named record where the name first stands, as Avro wants it.
Json with_definitions(const Json& json, std::set<std::string>& done) {
  if (json.is_string()) {
    const auto name = json.get<std::string>();
    for (const EmbeddedFile& file : detail::embedded_files()) {
      if (file.name != name + ".avsc" || !done.insert(name).second) continue;
      return with_definitions(parsed_json(file.content), done);
    }
    return json;
  }
  if (json.is_array()) {
    Json out = Json::array();
    for (const Json& part : json) out.push_back(with_definitions(part, done));
    return out;
  }
  Json out = json;
  if (!json.is_object()) return out;
  for (const char* key : {"type", "items", "values"})
    if (json.contains(key)) out[key] = with_definitions(json[key], done);
  if (json.contains("fields"))
    for (Json& field : out["fields"]) field["type"] = with_definitions(field["type"], done);
  return out;
}

}  // namespace

std::string ztf_schema_json() {
  for (const EmbeddedFile& file : detail::embedded_files())
    if (file.name.starts_with("ztf.")) return parsed_json(file.content).dump();
  refuse("the program carries none of ZTF");
}

std::string alert_schema_json() {
  std::set<std::string> done;
  for (const EmbeddedFile& file : detail::embedded_files()) {
    if (!file.name.ends_with(".alert.avsc")) continue;
    done.insert(std::string(file.name.substr(0, file.name.size() - 5)));
    return with_definitions(parsed_json(file.content), done).dump();
  }
  refuse("the program carries none");
}

}  // namespace skywright::alerts
