/// Avro's binary encoding: zig-zag varints, little-endian reals, counted blocks.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "skywright/alerts/avro_schema.h"
#include "skywright/alerts/avro_value.h"

namespace skywright::alerts {

static_assert(std::endian::native == std::endian::little, "reals are copied as they lie");

/// Appends encoded values to bytes.
class AvroEncoder {
 public:
  explicit AvroEncoder(std::string& out) : out_(out) {}

  void whole(std::int64_t value) {
    auto left = (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
    while (left >= 0x80) {
      out_.push_back(static_cast<char>(left | 0x80));
      left >>= 7;
    }
    out_.push_back(static_cast<char>(left));
  }
  void boolean(bool value) { out_.push_back(value ? '\1' : '\0'); }
  void float32(float value) { raw(&value, sizeof value); }
  void float64(double value) { raw(&value, sizeof value); }
  void text(std::string_view value) {
    whole(static_cast<std::int64_t>(value.size()));
    out_.append(value);
  }
  void bytes(std::span<const std::uint8_t> value) {
    whole(static_cast<std::int64_t>(value.size()));
    raw(value.data(), value.size());
  }

 private:
  void raw(const void* data, std::size_t size) {
    if (size != 0) out_.append(static_cast<const char*>(data), size);
  }
  std::string& out_;
};

/// Takes encoded values off the front of bytes. Every length is checked against what is left.
/// @throws InputError for bytes that end early or make no sense
class AvroDecoder {
 public:
  explicit AvroDecoder(std::string_view bytes)
      : left_(bytes), visits_(8 * bytes.size() + 100'000) {}

  [[nodiscard]] bool at_end() const { return left_.empty(); }
  [[nodiscard]] std::size_t left() const { return left_.size(); }  ///< bytes not yet taken
  std::int64_t whole();
  bool boolean();
  float float32();
  double float64();
  std::string_view text();  ///< also bytes
  std::string_view take(std::size_t size);
  /// A datum of the type that `node` describes.
  AvroValue value(const AvroNode& node, int depth = 0);
  /// Past such a datum.
  void skip(const AvroNode& node, int depth = 0);

 private:
  void visit(int depth);
  std::int64_t block_count();
  AvroValue items(const AvroNode& node, int depth);
  std::string_view left_;
  /// How many values may still come: records of records of nothing would make any number of them
  /// out of no bytes.
  std::size_t visits_;
};

}  // namespace skywright::alerts
