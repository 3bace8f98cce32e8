/// How a call lies in the memory that a kernel's process shares, and what the two tell each other.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "skywright/plugin/detail/frame.h"

namespace skywright::plugin::detail {

constexpr std::size_t kMostInputs = 6;

/// Sent by the caller: sizes of the call that lies in the shared memory.
struct CallOrder {
  std::int32_t kind = 0;
  std::int32_t side = 0;
  std::int32_t count = 0;
  std::int32_t results = 0;
  std::uint64_t parameters = 0;  ///< bytes
  std::array<std::uint64_t, kMostInputs> inputs{};

  explicit CallOrder(const Frame& frame);
  CallOrder() = default;
};

/// Sent back.
struct CallReply {
  std::int32_t status = 0;
  double seconds = 0.0;
  std::array<char, kMessageRoom> message{};
};

/// Where the parts of a call begin [byte].
struct CallPlaces {
  std::size_t parameters = 0;
  std::array<std::size_t, kMostInputs> inputs{};
  std::size_t results = 0;  ///< with the guard behind them
  std::size_t end = 0;
};
CallPlaces places_of(const CallOrder& order);

/// Memory of an anonymous file, mapped for reading and writing; grows.
class SharedMemory {
 public:
  /// @param file descriptor, not closed here
  explicit SharedMemory(int file) : file_(file) {}
  ~SharedMemory();
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  /// At least `size` bytes. @throws std::bad_alloc
  std::byte* mapped(std::size_t size);

 private:
  int file_;
  void* begin_ = nullptr;
  std::size_t size_ = 0;
};

/// The file descriptors that a kernel's process begins with.
constexpr int kHostSocket = 3;
constexpr int kHostMemory = 4;

}  // namespace skywright::plugin::detail
