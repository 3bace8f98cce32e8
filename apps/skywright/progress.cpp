#include "progress.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>
#include <unistd.h>

#include "printable.h"
#include "skywright/config/json_text.h"

namespace skywright::apps {
Progress::Progress(bool quiet) : quiet_(quiet), terminal_(isatty(STDERR_FILENO) != 0) {}

void Progress::report(std::string_view activity, std::size_t done, std::size_t total) {
  if (quiet_) return;
  const std::scoped_lock hold(lock_);
  const auto now = Clock::now();
  auto it = activities_.find(activity);
  if (it == activities_.end())
    it = activities_.emplace(std::string(activity), Activity{now, {}, done}).first;
  const bool last = done >= total;
  const auto gap = std::chrono::milliseconds(terminal_ ? 100 : 1000);
  if (!last && now - it->second.shown < gap) return;
  it->second.shown = now;
  const double elapsed = std::chrono::duration<double>(now - it->second.begun).count();
  const std::size_t worked = done - std::min(done, it->second.first);
  const double rate = elapsed > 0.0 ? static_cast<double>(worked) / elapsed : 0.0;
  const double left = rate > 0.0 ? static_cast<double>(total - std::min(done, total)) / rate : 0.0;
  if (terminal_) {
    fmt::print(stderr, "\r\033[K{}  {}/{}  {:.3g}/s  {:.0f} s left", activity, done, total, rate,
               left);
    if (last) std::fputc('\n', stderr);
    line_open_ = !last;
  } else {
    fmt::print(stderr,
               "{{\"progress\":{},\"done\":{},\"total\":{},\"rate\":{:.4g},\"left_s\":{:.1f}}}\n",
               config::json_string(activity), done, total, rate, left);
  }
  std::fflush(stderr);
  if (last) activities_.erase(it);
}

void Progress::finish() {
  const std::scoped_lock hold(lock_);
  if (line_open_) std::fputc('\n', stderr);
  line_open_ = false;
}

void print_notice(std::string_view message) {
  if (isatty(STDERR_FILENO) != 0)
    fmt::print(stderr, "\r\033[K{}\n", printable(message));
  else
    fmt::print(stderr, "{{\"notice\":{}}}\n", config::json_string(message));
}

void print_warning(std::string_view message) {
  if (isatty(STDERR_FILENO) != 0)
    fmt::print(stderr, "\r\033[Kwarning: {}\n", printable(message));
  else
    fmt::print(stderr, "{{\"warning\":{}}}\n", config::json_string(message));
}

}  // namespace skywright::apps
