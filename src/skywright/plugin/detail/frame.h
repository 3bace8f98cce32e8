/// One call of a kernel, whatever its kind: sizes, and arrays in the order of skywright_kernel.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "skywright/plugin/description.h"

namespace skywright::plugin::detail {

struct Frame {
  Kind kind = Kind::measure;
  std::int32_t side = 0;
  std::int32_t count = 0;
  std::int32_t results = 0;  ///< of an item
  std::span<const double> parameters;
  std::vector<std::span<const std::byte>> inputs;

  [[nodiscard]] std::size_t result_size() const {
    return static_cast<std::size_t>(count) * static_cast<std::size_t>(results);
  }
};

/// How many arrays a kind takes beside its parameters.
constexpr std::size_t input_count(Kind kind) {
  return kind == Kind::measure ? 6 : (kind == Kind::psf ? 2 : 5);
}

constexpr std::int32_t kMessageRoom = 1024;
constexpr std::int32_t kDescriptionRoom = 65536;

/// What the function returned.
struct Answer {
  std::int32_t status = 0;
  double seconds = 0.0;  ///< within it
  std::string message;
};

/// Doubles behind the results that a kernel must leave alone.
constexpr std::size_t kGuard = 64;
/// A NaN that no computation gives; stands where nothing was written.
constexpr std::uint64_t kUnset = 0x7FF8'5357'4B4E'0001ULL;

inline bool is_unset(double value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return bits == kUnset;
}

/// Room for a call's results and the guard behind them, all unset.
std::vector<double> unset_results(std::size_t size);

}  // namespace skywright::plugin::detail
