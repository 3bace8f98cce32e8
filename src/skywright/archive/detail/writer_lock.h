/// One writer of a survey at a time, and whether the one before ended in order.
#pragma once

#include <filesystem>

namespace skywright::archive::detail {

class WriterLock {
 public:
  /// @throws StorageError where the survey cannot be written or another process writes it
  explicit WriterLock(const std::filesystem::path& survey);
  ~WriterLock();
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;

  /// The writer before was killed: it may have left temporary files.
  [[nodiscard]] bool was_cut_off() const { return was_cut_off_; }
  /// Tell the next writer that this one was, though it ends in order.
  void expect_left_overs() { leaves_mark_ = true; }

 private:
  int file_ = -1;
  bool was_cut_off_ = false;
  bool leaves_mark_ = false;
};

/// Remove what a killed writer left under temporary names in `folder` and below. Only for folders
/// that nobody writes without the lock.
void remove_temporaries(const std::filesystem::path& folder);

}  // namespace skywright::archive::detail
