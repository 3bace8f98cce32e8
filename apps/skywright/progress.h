/// Progress on standard error: one line with rate and time left on a terminal, JSON lines
/// otherwise.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "skywright/base/execution.h"

namespace skywright::apps {

class Progress final : public ProgressSink {
 public:
  explicit Progress(bool quiet);
  void report(std::string_view activity, std::size_t done, std::size_t total) override;
  /// End the terminal's line.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  struct Activity {
    Clock::time_point begun;
    Clock::time_point shown;
    std::size_t first = 0;  ///< done when it began: work taken up says nothing of the speed
  };
  std::mutex lock_;
  bool quiet_;
  bool terminal_;
  bool line_open_ = false;
  std::map<std::string, Activity, std::less<>> activities_;
};

/// Write what the user must know now to standard error (as JSON lines where not on a terminal).
void print_notice(std::string_view message);
/// Write a warning to standard error (as JSON lines where not on a terminal).
void print_warning(std::string_view message);

}  // namespace skywright::apps
