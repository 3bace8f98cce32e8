#include "skywright/io/detail/output_file.h"

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "skywright/base/error.h"
#include "skywright/io/atomic_file.h"

namespace skywright::io::detail {

void MemorySink::append(const void* bytes, std::size_t size) {
  const auto* begin = static_cast<const std::uint8_t*>(bytes);
  bytes_.insert(bytes_.end(), begin, begin + size);
}

void MemorySink::patch(std::uint64_t offset, const void* bytes, std::size_t size) {
  std::memcpy(bytes_.data() + offset, bytes, size);
}

OutputFile::OutputFile(std::filesystem::path target)
    : target_(std::move(target)), temporary_(temporary_beside(target_)) {
  std::error_code ignored;
  if (std::filesystem::is_directory(target_, ignored)) refuse(EISDIR);
  fd_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd_ < 0) refuse(errno);
}

OutputFile::~OutputFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(temporary_.c_str());
}

void OutputFile::refuse(int error) const {
  throw StorageError(target_.string(), std::string("cannot be written: ") + std::strerror(error),
                     "free space or name a place that can be written");
}

void OutputFile::append(const void* bytes, std::size_t size) {
  const auto* at = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t n = ::write(fd_, at, size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) refuse(errno);
    at += n;
    size -= static_cast<std::size_t>(n);
    size_ += static_cast<std::uint64_t>(n);
  }
}

void OutputFile::patch(std::uint64_t offset, const void* bytes, std::size_t size) {
  const auto* at = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t n = ::pwrite(fd_, at, size, static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) refuse(errno);
    at += n;
    offset += static_cast<std::uint64_t>(n);
    size -= static_cast<std::size_t>(n);
  }
}

void OutputFile::publish() {
  const int fd = std::exchange(fd_, -1);
  // A network file system may report a full disk only at close.
  if (::close(fd) != 0) {
    const int error = errno;
    ::unlink(temporary_.c_str());
    refuse(error);
  }
  publish_replacing(temporary_, target_);
}

}  // namespace skywright::io::detail
