/// A file that is there and that the machine does not deliver.
#pragma once

#include <cerrno>
#include <cstring>
#include <string>

#include "skywright/base/error.h"

namespace skywright::io {

/// An error of reading from a file that was opened (exit code 5). It tells nothing of the file's
/// content: read again, it may come out right. What is not there, or not ours to read, is an
/// InputError instead.
class ReadError : public StorageError {
 public:
  ReadError(const std::string& file, const std::string& reason)
      : StorageError(file, reason, "check the disk, then run the same command again") {}
  ReadError(const std::string& file, int error)
      : ReadError(file, std::string("cannot be read: ") + std::strerror(error)) {}
};

}  // namespace skywright::io
