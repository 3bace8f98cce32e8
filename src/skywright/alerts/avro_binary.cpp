#include "skywright/alerts/avro_binary.h"

#include "skywright/base/error.h"

namespace skywright::alerts {
namespace {

[[noreturn]] void refuse(std::string_view what) {
  throw InputError("Avro data", what, "the file is damaged or cut short; fetch it again");
}

constexpr int kDeepest = 64;
/// Items that take no bytes (nulls, empty records) could otherwise be claimed without end.
constexpr std::size_t kMostEmptyItems = 1'000'000;

}  // namespace

std::int64_t AvroDecoder::whole() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const auto byte = static_cast<unsigned char>(take(1)[0]);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0)
      return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
  }
  refuse("a number is longer than 64 bits");
}

bool AvroDecoder::boolean() { return take(1)[0] != 0; }

float AvroDecoder::float32() {
  float value = 0.0F;
  std::memcpy(&value, take(sizeof value).data(), sizeof value);
  return value;
}

double AvroDecoder::float64() {
  double value = 0.0;
  std::memcpy(&value, take(sizeof value).data(), sizeof value);
  return value;
}

std::string_view AvroDecoder::text() {
  const std::int64_t size = whole();
  if (size < 0) refuse("a length is negative");
  return take(static_cast<std::size_t>(size));
}

std::string_view AvroDecoder::take(std::size_t size) {
  if (size > left_.size()) refuse("it ends in the middle of a value");
  const std::string_view taken = left_.substr(0, size);
  left_.remove_prefix(size);
  return taken;
}

AvroValue AvroDecoder::items(const AvroNode& node, int depth) {
  AvroValue::Array array;
  AvroValue::Record entries;
  for (;;) {
    std::int64_t count = whole();
    if (count == 0) break;
    if (count < 0) {  // a negative count is followed by the block's size in bytes
      (void)whole();
      if (count == INT64_MIN) refuse("a count is out of range");
      count = -count;
    }
    for (std::int64_t i = 0; i < count; ++i) {
      const std::size_t before = left_.size();
      if (node.type == AvroType::array) {
        array.push_back(value(*node.parts[0], depth + 1));
      } else {
        std::string name(text());
        entries.emplace_back(std::move(name), value(*node.parts[0], depth + 1));
      }
      if (left_.size() == before && array.size() > kMostEmptyItems)
        refuse("an array claims more items than can be");
    }
  }
  if (node.type == AvroType::array) return {std::move(array)};
  return {std::move(entries)};
}

AvroValue AvroDecoder::value(const AvroNode& node, int depth) {
  if (depth > kDeepest) refuse("values nest too deeply");
  switch (node.type) {
    case AvroType::null:
      return {};
    case AvroType::boolean:
      return {boolean()};
    case AvroType::int32:
    case AvroType::int64:
      return {whole()};
    case AvroType::float32:
      return {static_cast<double>(float32())};
    case AvroType::float64:
      return {float64()};
    case AvroType::string:
      return {std::string(text())};
    case AvroType::bytes: {
      const std::string_view raw = text();
      return {AvroValue::Bytes(raw.begin(), raw.end())};
    }
    case AvroType::fixed: {
      const std::string_view raw = take(node.size);
      return {AvroValue::Bytes(raw.begin(), raw.end())};
    }
    case AvroType::enumeration: {
      const std::int64_t index = whole();
      if (index < 0 || static_cast<std::size_t>(index) >= node.symbols.size())
        refuse("an enumeration's index is out of range");
      return {node.symbols[static_cast<std::size_t>(index)]};
    }
    case AvroType::choice: {
      const std::int64_t index = whole();
      if (index < 0 || static_cast<std::size_t>(index) >= node.parts.size())
        refuse("a union's index is out of range");
      return value(*node.parts[static_cast<std::size_t>(index)], depth + 1);
    }
    case AvroType::record: {
      AvroValue::Record record;
      record.reserve(node.fields.size());
      for (const AvroField& field : node.fields)
        record.emplace_back(field.name, value(*field.type, depth + 1));
      return {std::move(record)};
    }
    case AvroType::array:
    case AvroType::map:
      return items(node, depth);
  }
  refuse("a type is unknown");
}

}  // namespace skywright::alerts
