/// The bytes of a file to read, inflated where it is gzipped. Never mapped: a file that shrinks
/// under a reader must end in an error, not in a signal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace skywright::io::detail {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// @throws InputError where [offset, offset + size) does not lie within the file
  void read(std::uint64_t offset, void* into, std::size_t size) const;

 protected:
  virtual void read_some(std::uint64_t offset, void* into, std::size_t size) const = 0;
  std::string name_;
  std::uint64_t size_ = 0;
};

/// Gzipped files are inflated into memory, 2 GiB at most.
/// @throws InputError where the file cannot be opened; ReadError, also later, where the disk does
///         not deliver it
std::unique_ptr<ByteSource> open_byte_source(const std::filesystem::path& path);
std::unique_ptr<ByteSource> memory_byte_source(std::vector<std::uint8_t> bytes, std::string name);

}  // namespace skywright::io::detail
