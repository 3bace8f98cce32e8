#include "skywright/io/atomic_file.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "skywright/base/error.h"
#include "skywright/io/detail/output_file.h"
#include "skywright/io/read_error.h"

namespace skywright::io {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& path, std::string_view what, int error) {
  throw StorageError(path.string(), std::string(what) + ": " + std::strerror(error),
                     "free space or name a place that can be written");
}

void sync_path(const fs::path& path, const fs::path& blamed, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0) refuse(blamed, "cannot be opened to be synced", errno);
  // Some file systems cannot sync a folder and say EINVAL; the rename itself is then all there is.
  const int error = ::fsync(fd) != 0 && errno != EINVAL ? errno : 0;
  ::close(fd);
  if (error != 0) refuse(blamed, "cannot be synced", error);
}

fs::path folder_of(const fs::path& target) {
  const fs::path folder = target.parent_path();
  return folder.empty() ? fs::path(".") : folder;
}

void remove_quietly(const fs::path& path) { ::unlink(path.c_str()); }

}  // namespace

fs::path temporary_beside(const fs::path& target) {
  static std::atomic<unsigned> counter{0};
  for (;;) {
    fs::path name = folder_of(target) / fmt::format(".{}.{}.{}.tmp", target.filename().string(),
                                                    ::getpid(), counter.fetch_add(1));
    std::error_code ignored;
    if (!fs::exists(fs::symlink_status(name, ignored))) return name;
  }
}

bool is_temporary(const fs::path& path) {
  // ".<name>.<process>.<counter>.tmp"
  std::string name = path.filename().string();
  if (!name.starts_with('.') || !name.ends_with(".tmp")) return false;
  name.resize(name.size() - 4);
  for (int part = 0; part < 2; ++part) {
    const std::size_t digits = name.find_last_not_of("0123456789");
    if (digits == std::string::npos || name[digits] != '.' || digits + 1 == name.size())
      return false;
    name.resize(digits);
  }
  return name.size() > 1;
}

void publish_replacing(const fs::path& temporary, const fs::path& target) {
  try {
    sync_path(temporary, target, O_RDONLY);
    if (::rename(temporary.c_str(), target.c_str()) != 0)
      refuse(target, "cannot be put in place", errno);
  } catch (...) {
    remove_quietly(temporary);
    throw;
  }
  sync_path(folder_of(target), target, O_RDONLY | O_DIRECTORY);
}

bool publish_new(const fs::path& temporary, const fs::path& target) {
  bool placed = true;
  try {
    sync_path(temporary, target, O_RDONLY);
#ifdef RENAME_NOREPLACE
    if (::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) == 0) {
      sync_path(folder_of(target), target, O_RDONLY | O_DIRECTORY);
      return true;
    }
#endif
    // A hard link never replaces either, where the file system knows no RENAME_NOREPLACE.
    if (::link(temporary.c_str(), target.c_str()) != 0) {
      if (errno != EEXIST) refuse(target, "cannot be put in place", errno);
      placed = false;
    }
  } catch (...) {
    remove_quietly(temporary);
    throw;
  }
  remove_quietly(temporary);
  sync_path(folder_of(target), target, O_RDONLY | O_DIRECTORY);
  return placed;
}

void write_whole_file(const fs::path& target, const std::function<void(const TakePart&)>& produce) {
  detail::OutputFile file(target);
  produce([&](std::string_view part) { file.append(part.data(), part.size()); });
  file.publish();
}

void write_whole_file(const fs::path& target, std::string_view content) {
  detail::OutputFile file(target);
  file.append(content.data(), content.size());
  file.publish();
}

std::string read_whole_file(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const auto fail = [&](int error) {
    if (fd >= 0) ::close(fd);
    throw InputError(path.string(), std::string("cannot be read: ") + std::strerror(error),
                     "name a file that exists and may be read");
  };
  if (fd < 0) fail(errno);
  std::string content;
  struct stat status {};
  if (::fstat(fd, &status) != 0) fail(errno);
  if (S_ISDIR(status.st_mode)) fail(EISDIR);
  if (S_ISREG(status.st_mode)) content.reserve(static_cast<std::size_t>(status.st_size));
  char buffer[1 << 16];
  for (;;) {
    const ssize_t n = ::read(fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int error = errno;
      ::close(fd);
      throw ReadError(path.string(), error);
    }
    if (n == 0) break;
    content.append(buffer, static_cast<std::size_t>(n));
  }
  ::close(fd);
  return content;
}

}  // namespace skywright::io
