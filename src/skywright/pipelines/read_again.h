/// A frame that the disk does not deliver is tried again before it is left out: the night goes on
/// without it, and whatever it adds later comes in another order.
#pragma once

#include <chrono>
#include <filesystem>
#include <thread>

#include "skywright/io/read_error.h"

namespace skywright::pipelines {

/// What `read` returns, which reads `file`.
/// @throws InputError where the disk failed three times in a row
template <class Read>
auto read_again(const std::filesystem::path& file, Read&& read) {
  constexpr int kAttempts = 3;
  for (int attempt = 1;; ++attempt) {
    try {
      return read();
    } catch (const io::ReadError&) {
      if (attempt == kAttempts)
        throw InputError(file.string(), "the disk did not deliver it, three times in a row",
                         "check the disk, or restore the file from the telescope's copy");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50 * attempt));
  }
}

}  // namespace skywright::pipelines
