/// A file being written under a temporary name beside its target; gone unless published.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace skywright::io::detail {

/// Where bytes of a FITS file go: a file, or memory.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  virtual void append(const void* bytes, std::size_t size) = 0;
  /// Overwrite bytes that were appended before.
  virtual void patch(std::uint64_t offset, const void* bytes, std::size_t size) = 0;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
};

class MemorySink final : public ByteSink {
 public:
  void append(const void* bytes, std::size_t size) override;
  void patch(std::uint64_t offset, const void* bytes, std::size_t size) override;
  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
  [[nodiscard]] std::vector<std::uint8_t> take() { return std::move(bytes_); }

 private:
  std::vector<std::uint8_t> bytes_;
};

/// @throws StorageError from every function, naming the target and the reason
class OutputFile final : public ByteSink {
 public:
  explicit OutputFile(std::filesystem::path target);
  ~OutputFile() override;
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void append(const void* bytes, std::size_t size) override;
  void patch(std::uint64_t offset, const void* bytes, std::size_t size) override;
  [[nodiscard]] std::uint64_t size() const override { return size_; }
  /// Close, fsync, rename over the target.
  void publish();

 private:
  [[noreturn]] void refuse(int error) const;
  std::filesystem::path target_;
  std::filesystem::path temporary_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace skywright::io::detail
