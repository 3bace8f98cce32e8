#include "skywright/io/file_lock.h"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "skywright/base/error.h"

namespace skywright::io {
namespace {

constexpr auto kNap = std::chrono::milliseconds(50);
constexpr int kSilentNaps = 20;  ///< a short wait is nobody's concern

[[noreturn]] void fail(const std::filesystem::path& file, const char* what, int error) {
  throw StorageError(file.string(), std::string(what) + ": " + std::strerror(error),
                     "change its folder's permissions, or name a place on a disk that has locks");
}

}  // namespace

FileLock::FileLock(const std::filesystem::path& file, const Execution& execution)
    : file_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
  if (file_ < 0) fail(file, "it cannot be made", errno);
  try {
    for (int naps = 0; ::flock(file_, LOCK_EX | LOCK_NB) != 0;) {
      if (errno == EINTR) continue;
      if (errno != EWOULDBLOCK) fail(file, "it cannot be locked", errno);
      execution.check_stop();
      if (++naps == kSilentNaps)
        std::fprintf(stderr, "skywright: another process works in %s; waiting for it\n",
                     file.parent_path().c_str());
      std::this_thread::sleep_for(kNap);
    }
  } catch (...) {
    ::close(file_);
    throw;
  }
}

FileLock::~FileLock() { ::close(file_); }

}  // namespace skywright::io
