#include "skywright/io/detail/byte_source.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "skywright/base/error.h"
#include "skywright/io/read_error.h"

namespace skywright::io::detail {
namespace {

constexpr std::uint64_t kInflatedLimit = std::uint64_t{2} << 30;

[[noreturn]] void refuse(const std::string& name, std::string_view reason) {
  throw InputError(name, reason, "name a file that exists and may be read");
}

class MemorySource final : public ByteSource {
 public:
  MemorySource(std::vector<std::uint8_t> bytes, std::string name) : bytes_(std::move(bytes)) {
    name_ = std::move(name);
    size_ = bytes_.size();
  }

 protected:
  void read_some(std::uint64_t offset, void* into, std::size_t size) const override {
    std::memcpy(into, bytes_.data() + offset, size);
  }

 private:
  std::vector<std::uint8_t> bytes_;
};

class FileSource final : public ByteSource {
 public:
  explicit FileSource(const std::filesystem::path& path) {
    name_ = path.string();
    // O_NONBLOCK: a named pipe without a writer must not hang us.
    fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd_ < 0) refuse(name_, std::string("cannot be read: ") + std::strerror(errno));
    struct stat status {};
    if (::fstat(fd_, &status) != 0 || !S_ISREG(status.st_mode)) {
      ::close(fd_);
      refuse(name_, "is not a regular file");
    }
    size_ = static_cast<std::uint64_t>(status.st_size);
  }
  ~FileSource() override { ::close(fd_); }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

 protected:
  void read_some(std::uint64_t offset, void* into, std::size_t size) const override {
    auto* at = static_cast<char*>(into);
    while (size > 0) {
      const ssize_t n = ::pread(fd_, at, size, static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) throw ReadError(name_, errno);
      if (n == 0) refuse(name_, "became shorter while it was read");
      at += n;
      offset += static_cast<std::uint64_t>(n);
      size -= static_cast<std::size_t>(n);
    }
  }

 private:
  int fd_ = -1;
};

/// Ends an inflate stream on every way out.
struct Inflater {
  z_stream stream{};
  Inflater() {
    if (inflateInit2(&stream, 15 + 16) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
};

std::vector<std::uint8_t> inflated(const ByteSource& file) {
  Inflater inflater;
  std::vector<std::uint8_t> out;
  std::vector<std::uint8_t> in(1 << 20);
  std::vector<std::uint8_t> piece(1 << 20);
  std::uint64_t offset = 0;
  int state = Z_OK;
  while (offset < file.size()) {
    const auto n =
        static_cast<std::size_t>(std::min<std::uint64_t>(in.size(), file.size() - offset));
    file.read(offset, in.data(), n);
    offset += n;
    inflater.stream.next_in = in.data();
    inflater.stream.avail_in = static_cast<uInt>(n);
    while (inflater.stream.avail_in > 0) {
      // Members may follow one another (RFC 1952, section 2.2); zero padding after them is ignored.
      if (state == Z_STREAM_END) {
        if (*inflater.stream.next_in != 0x1f) return out;
        inflateReset(&inflater.stream);
      }
      do {
        inflater.stream.next_out = piece.data();
        inflater.stream.avail_out = static_cast<uInt>(piece.size());
        state = inflate(&inflater.stream, Z_NO_FLUSH);
        if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR)
          throw InputError(file.name(), "its gzip stream is damaged", "fetch the file again");
        const std::size_t made = piece.size() - inflater.stream.avail_out;
        out.insert(out.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(made));
        if (out.size() >= 6 && std::memcmp(out.data(), "SIMPLE", 6) != 0)
          throw InputError(file.name(), "is gzipped, but not a FITS file", "name a FITS file");
        if (out.size() > kInflatedLimit)
          throw InputError(file.name(), "is larger than 2 GiB when inflated", "gunzip it first");
      } while (inflater.stream.avail_out == 0 && state == Z_OK);
    }
  }
  if (state != Z_STREAM_END)
    throw InputError(file.name(), "its gzip stream ends too early", "fetch the file again");
  return out;
}

}  // namespace

void ByteSource::read(std::uint64_t offset, void* into, std::size_t size) const {
  if (offset > size_ || size > size_ - offset)
    throw InputError(name_, "ends too early", "fetch the file again");
  read_some(offset, into, size);
}

std::unique_ptr<ByteSource> open_byte_source(const std::filesystem::path& path) {
  auto file = std::make_unique<FileSource>(path);
  if (file->size() >= 2) {
    std::uint8_t magic[2];
    file->read(0, magic, 2);
    if (magic[0] == 0x1f && magic[1] == 0x8b)
      return memory_byte_source(inflated(*file), path.string());
  }
  return file;
}

std::unique_ptr<ByteSource> memory_byte_source(std::vector<std::uint8_t> bytes, std::string name) {
  return std::make_unique<MemorySource>(std::move(bytes), std::move(name));
}

}  // namespace skywright::io::detail
