/// One process at a time.
///
///     const FileLock mine(folder / ".lock", execution);   // waits for whoever holds it
#pragma once

#include <filesystem>

#include "skywright/base/execution.h"

namespace skywright::io {

/// Held until it is destroyed, and let go by the system where its holder is killed; other threads
/// of this process are held off, too. The file stays, empty: who removed it would let a second in.
class FileLock {
 public:
  /// Waits as long as another holds it, and says so once on standard error.
  /// @throws Stopped while it waits; StorageError where the file cannot be made or locked
  FileLock(const std::filesystem::path& file, const Execution& execution);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int file_ = -1;
};

}  // namespace skywright::io
