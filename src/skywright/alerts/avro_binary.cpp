#include "skywright/alerts/avro_binary.h"

#include "skywright/base/error.h"

namespace skywright::alerts {
namespace {

[[noreturn]] void refuse(std::string_view what) {
  throw InputError("Avro data", what, "the file is damaged or cut short; fetch it again");
}

constexpr int kDeepest = 64;

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

void AvroDecoder::visit(int depth) {
  if (depth > kDeepest) refuse("values nest too deeply");
  if (visits_-- == 0) refuse("it claims more values than can be");
}

std::int64_t AvroDecoder::block_count() {
  const std::int64_t count = whole();
  if (count >= 0) return count;
  (void)whole();  // a negative count is followed by the block's size in bytes
  if (count == INT64_MIN) refuse("a count is out of range");
  return -count;
}

AvroValue AvroDecoder::items(const AvroNode& node, int depth) {
  AvroValue::Array array;
  AvroValue::Record entries;
  for (;;) {
    const std::int64_t count = block_count();
    if (count == 0) break;
    for (std::int64_t i = 0; i < count; ++i) {
      if (node.type == AvroType::array) {
        array.push_back(value(*node.parts[0], depth + 1));
      } else {
        std::string name(text());
        entries.emplace_back(std::move(name), value(*node.parts[0], depth + 1));
      }
    }
  }
  if (node.type == AvroType::array) return {std::move(array)};
  return {std::move(entries)};
}

AvroValue AvroDecoder::value(const AvroNode& node, int depth) {
  visit(depth);
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

void AvroDecoder::skip(const AvroNode& node, int depth) {
  visit(depth);
  switch (node.type) {
    case AvroType::null:
      return;
    case AvroType::boolean:
      take(1);
      return;
    case AvroType::int32:
    case AvroType::int64:
    case AvroType::enumeration:
      (void)whole();
      return;
    case AvroType::float32:
      take(4);
      return;
    case AvroType::float64:
      take(8);
      return;
    case AvroType::string:
    case AvroType::bytes:
      (void)text();
      return;
    case AvroType::fixed:
      take(node.size);
      return;
    case AvroType::choice: {
      const std::int64_t index = whole();
      if (index < 0 || static_cast<std::size_t>(index) >= node.parts.size())
        refuse("a union's index is out of range");
      return skip(*node.parts[static_cast<std::size_t>(index)], depth + 1);
    }
    case AvroType::record:
      for (const AvroField& field : node.fields) skip(*field.type, depth + 1);
      return;
    case AvroType::array:
    case AvroType::map:
      while (const std::int64_t count = block_count())
        for (std::int64_t i = 0; i < count; ++i) {
          if (node.type == AvroType::map) (void)text();
          skip(*node.parts[0], depth + 1);
        }
      return;
  }
}

}  // namespace skywright::alerts
