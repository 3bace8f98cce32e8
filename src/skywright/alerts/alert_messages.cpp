#include "skywright/alerts/alert_messages.h"

#include <array>
#include <set>

#include "skywright/alerts/avro_container.h"

namespace skywright::alerts {
namespace {

constexpr std::uint64_t kEmpty = 0xC15D213AA4D7A795ULL;  // of the specification

/// Writes the form; a named type is written out where it first stands.
struct CanonicalWriter {
  std::string out = {};
  std::set<std::string> known = {};

  void quoted(std::string_view text) { (out += '"').append(text) += '"'; }

  void node(const AvroNode& type) {
    constexpr std::array<const char*, 8> kPrimitives = {"null",  "boolean", "int",   "long",
                                                        "float", "double",  "bytes", "string"};
    if (type.type <= AvroType::string)
      return quoted(kPrimitives[static_cast<std::size_t>(type.type)]);
    switch (type.type) {
      case AvroType::choice:
        out += '[';
        for (std::size_t i = 0; i < type.parts.size(); ++i) {
          if (i > 0) out += ',';
          node(*type.parts[i]);
        }
        out += ']';
        return;
      case AvroType::array:
      case AvroType::map:
        out += type.type == AvroType::array ? R"({"type":"array","items":)"
                                            : R"({"type":"map","values":)";
        node(*type.parts[0]);
        out += '}';
        return;
      default:
        return named(type);
    }
  }

  void named(const AvroNode& type) {
    if (!known.insert(type.name).second) return quoted(type.name);
    out += R"({"name":)";
    quoted(type.name);
    if (type.type == AvroType::fixed) {
      out += R"(,"type":"fixed","size":)" + std::to_string(type.size) + "}";
    } else if (type.type == AvroType::enumeration) {
      out += R"(,"type":"enum","symbols":[)";
      for (std::size_t i = 0; i < type.symbols.size(); ++i) {
        if (i > 0) out += ',';
        quoted(type.symbols[i]);
      }
      out += "]}";
    } else {
      out += R"(,"type":"record","fields":[)";
      for (std::size_t i = 0; i < type.fields.size(); ++i) {
        out += i > 0 ? R"(,{"name":)" : R"({"name":)";
        quoted(type.fields[i].name);
        out += R"(,"type":)";
        node(*type.fields[i].type);
        out += '}';
      }
      out += "]}";
    }
  }
};

}  // namespace

std::string canonical_form(const AvroNode& root) {
  CanonicalWriter writer;
  writer.node(root);
  return writer.out;
}

std::uint64_t avro_fingerprint(std::string_view text) {
  static const std::array<std::uint64_t, 256> table = [] {
    std::array<std::uint64_t, 256> made{};
    for (std::uint64_t i = 0; i < 256; ++i) {
      std::uint64_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ (kEmpty & (0 - (value & 1)));
      made[i] = value;
    }
    return made;
  }();
  std::uint64_t value = kEmpty;
  for (const char c : text)
    value = (value >> 8) ^ table[(value ^ static_cast<unsigned char>(c)) & 0xFF];
  return value;
}

AlertMessages::AlertMessages(std::string schema_json, MessageForm form)
    : schema_json_(std::move(schema_json)), form_(form), lead_("\xC3\x01") {
  const AvroSchema schema(schema_json_);
  const std::uint64_t name = avro_fingerprint(canonical_form(schema.root()));
  for (int byte = 0; byte < 8; ++byte) lead_ += static_cast<char>((name >> (8 * byte)) & 0xFF);
}

std::string_view AlertMessages::message(std::string_view packet, std::string_view key) {
  bytes_.clear();
  if (form_ == MessageForm::object) {
    bytes_.append(lead_).append(packet);
  } else {
    AvroContainerWriter writer([&](std::string_view part) { bytes_.append(part); }, schema_json_,
                               key);
    writer.add(packet);
    writer.finish();
  }
  return bytes_;
}

}  // namespace skywright::alerts
