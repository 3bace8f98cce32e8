/// The folder where frames arrive while a night follows it.
///
/// A frame counts once it is whole: when its writer closed it or it was renamed or linked into
/// place (the kernel tells, by inotify), or, where no such word comes (a file that was there
/// before, another machine's writing over NFS), when its size and time have not changed for a
/// while. A file that is being written, or is empty, is waited for. Hidden names are never taken.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace skywright::pipelines {

/// Regular files of a folder that are not hidden, by name.
std::vector<std::filesystem::path> frames_in(const std::filesystem::path& folder);

/// When a file's last byte was written or it came into place, whichever was later: a copy may keep
/// the time of its original.
std::filesystem::file_time_type last_change(const std::filesystem::path& file);

/// A frame that is whole.
struct LandedFrame {
  std::filesystem::path file;
  std::filesystem::file_time_type last_byte;
};

class Incoming {
 public:
  enum class Events { inotify, none };
  /// @param settle_s  how long a file must stay as it is where no event tells of it
  explicit Incoming(std::filesystem::path folder, double settle_s = 2.0,
                    Events events = Events::inotify);
  ~Incoming();
  Incoming(const Incoming&) = delete;
  Incoming& operator=(const Incoming&) = delete;

  /// Frames that are whole; returns at the first, or after `wait_s`. Each is given once, and again
  /// when it has changed.
  std::vector<LandedFrame> whole(double wait_s);
  /// Whether any file is there that was not given yet.
  [[nodiscard]] bool any_waiting() const;
  /// Files that are there and were given: those that nobody took.
  [[nodiscard]] std::size_t left_behind() const { return given_.size(); }

 private:
  using Clock = std::chrono::steady_clock;
  /// Size and time of the last change.
  using Stamp = std::pair<std::uintmax_t, std::filesystem::file_time_type>;
  struct Seen {
    Stamp stamp;
    Clock::time_point since;
  };
  void watch();
  void read_events(double wait_s);
  void note_event(unsigned mask, const std::string& name);
  [[nodiscard]] bool is_whole(const std::string& name, const Stamp& stamp);
  std::vector<LandedFrame> look();

  std::filesystem::path folder_;
  double settle_s_;
  int events_ = -1;  ///< of inotify
  int watched_ = -1;
  std::set<std::string> closed_;   ///< names that an event told to be whole
  std::set<std::string> writing_;  ///< names that are being written on this machine
  std::map<std::string, Seen> seen_;
  std::map<std::string, Stamp> given_;
};

}  // namespace skywright::pipelines
