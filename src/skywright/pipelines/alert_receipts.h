/// What of a survey's alerts a broker has acknowledged: a log that only grows.
///
/// One text file a stream: lines "FILE FIRST LAST", packets of an alert file counted from 0, and
/// "FILE = COUNT" where all of its packets are. Files are the spool; this is what need not be sent
/// again. A line that a killed process left half-written is passed over, so that its packets go out
/// twice at worst.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace skywright::pipelines {

class AlertReceipts {
 public:
  /// @throws StorageError where the log cannot be read or written
  explicit AlertReceipts(std::filesystem::path log);
  ~AlertReceipts();
  AlertReceipts(const AlertReceipts&) = delete;
  AlertReceipts& operator=(const AlertReceipts&) = delete;

  [[nodiscard]] bool contains(const std::string& file, std::uint64_t index) const;
  /// How many packets the file has, where all of them were acknowledged.
  [[nodiscard]] std::optional<std::uint64_t> whole(const std::string& file) const;
  [[nodiscard]] std::uint64_t size() const { return size_; }  ///< packets in all

  void add(const std::string& file, std::uint64_t index);
  void add_whole(const std::string& file, std::uint64_t count);
  /// Write what was added; it outlives the process, and after `sync` the machine.
  /// @throws StorageError
  void flush();
  void sync();

 private:
  /// Ranges [first, last] by their first, apart from each other.
  using Ranges = std::map<std::uint64_t, std::uint64_t>;
  std::uint64_t insert(Ranges& ranges, std::uint64_t first, std::uint64_t last);
  void load();

  std::filesystem::path log_;
  int file_ = -1;
  std::map<std::string, Ranges> acknowledged_;
  std::map<std::string, std::uint64_t> whole_;
  std::map<std::string, Ranges> fresh_;  ///< added since the last flush
  std::string fresh_whole_;              ///< as lines
  std::uint64_t size_ = 0;
};

}  // namespace skywright::pipelines
