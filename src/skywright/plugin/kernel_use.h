/// What calls of a user kernel took.
#pragma once

#include <cstdint>

namespace skywright::plugin {

struct KernelUse {
  std::uint64_t calls = 0;
  std::uint64_t items = 0;
  double seconds = 0.0;         ///< from call to result, waiting included
  double kernel_seconds = 0.0;  ///< within the kernel's own function

  [[nodiscard]] double overhead_per_call() const {  ///< [s]
    return calls > 0 ? (seconds - kernel_seconds) / static_cast<double>(calls) : 0.0;
  }
  [[nodiscard]] double seconds_per_item() const {
    return items > 0 ? seconds / static_cast<double>(items) : 0.0;
  }
};

}  // namespace skywright::plugin
