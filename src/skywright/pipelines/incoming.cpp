#include "skywright/pipelines/incoming.h"

#include <algorithm>
#include <array>
#include <thread>

#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

namespace skywright::pipelines {
namespace fs = std::filesystem;
namespace {

/// Between looks at the folder, whatever events tell [s].
constexpr double kLook = 0.5;
/// An empty file is the beginning of one, or a fault that may be told late.
constexpr double kEmptySettle = 60.0;

bool is_hidden(const std::string& name) { return name.starts_with('.'); }

}  // namespace

fs::file_time_type last_change(const fs::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return {};
  const auto since_epoch = std::chrono::seconds(status.st_ctim.tv_sec) +
                           std::chrono::nanoseconds(status.st_ctim.tv_nsec);
  return fs::file_time_type::clock::from_sys(std::chrono::sys_time(since_epoch));
}

std::vector<fs::path> frames_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    // Hidden names are those of files that are still being written. A link to nowhere is no file.
    if (entry.is_regular_file(ignored) && !is_hidden(entry.path().filename().string()))
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

Incoming::Incoming(fs::path folder, double settle_s, Events events)
    : folder_(std::move(folder)), settle_s_(settle_s) {
  if (events == Events::inotify) events_ = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  watch();
}

Incoming::~Incoming() {
  if (events_ >= 0) close(events_);
}

/// Where the kernel has no more watches to give, looking must do.
void Incoming::watch() {
  if (events_ < 0 || watched_ >= 0) return;
  watched_ = inotify_add_watch(events_, folder_.c_str(),
                               IN_CLOSE_WRITE | IN_MOVED_TO | IN_MODIFY | IN_ONLYDIR);
}

void Incoming::note_event(unsigned mask, const std::string& name) {
  if ((mask & IN_IGNORED) != 0U) watched_ = -1;  // the folder is another one now
  if (name.empty() || is_hidden(name)) return;
  if ((mask & IN_MODIFY) != 0U) {
    writing_.insert(name);
    closed_.erase(name);
  }
  if ((mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0U) {
    writing_.erase(name);
    closed_.insert(name);
  }
}

void Incoming::read_events(double wait_s) {
  const auto milliseconds = static_cast<int>(1e3 * wait_s);
  if (events_ < 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    return;
  }
  pollfd ready{events_, POLLIN, 0};
  if (poll(&ready, 1, milliseconds) <= 0) return;
  alignas(inotify_event) std::array<char, 16384> buffer;
  for (ssize_t size = 0; (size = read(events_, buffer.data(), buffer.size())) > 0;) {
    for (const char* at = buffer.data(); at < buffer.data() + size;) {
      const auto* event = reinterpret_cast<const inotify_event*>(at);
      note_event(event->mask, event->len > 0 ? std::string(event->name) : std::string());
      at += sizeof(inotify_event) + event->len;
    }
  }
}

bool Incoming::is_whole(const std::string& name, const Stamp& stamp) {
  if (closed_.contains(name) && stamp.first > 0) return true;
  const auto now = Clock::now();
  const auto [it, is_new] = seen_.try_emplace(name, Seen{stamp, now});
  if (it->second.stamp != stamp) it->second = {stamp, now};
  if (writing_.contains(name)) return false;
  const double settle = stamp.first == 0 ? kEmptySettle : settle_s_;
  return !is_new && std::chrono::duration<double>(now - it->second.since).count() >= settle;
}

std::vector<LandedFrame> Incoming::look() {
  std::vector<LandedFrame> frames;
  std::set<std::string> there;
  for (const fs::path& file : frames_in(folder_)) {
    const std::string name = file.filename().string();
    std::error_code gone;
    const Stamp stamp{fs::file_size(file, gone), last_change(file)};
    if (gone) continue;
    there.insert(name);
    const auto given = given_.find(name);
    if (given != given_.end() && given->second == stamp) continue;
    if (!is_whole(name, stamp)) continue;
    closed_.erase(name);
    seen_.erase(name);
    given_[name] = stamp;
    frames.push_back({file, stamp.second});
  }
  const auto is_gone = [&](const auto& entry) { return !there.contains(entry.first); };
  std::erase_if(seen_, is_gone);
  std::erase_if(given_, is_gone);
  std::erase_if(writing_, [&](const std::string& name) { return !there.contains(name); });
  std::erase_if(closed_, [&](const std::string& name) { return !there.contains(name); });
  return frames;
}

std::vector<LandedFrame> Incoming::whole(double wait_s) {
  const auto until = Clock::now() + std::chrono::duration<double>(wait_s);
  watch();
  for (;;) {
    read_events(0.0);
    std::vector<LandedFrame> frames = look();
    const double left = std::chrono::duration<double>(until - Clock::now()).count();
    if (!frames.empty() || left <= 0.0) return frames;
    read_events(std::min(left, kLook));
  }
}

bool Incoming::any_waiting() const {
  for (const fs::path& file : frames_in(folder_))
    if (!given_.contains(file.filename().string())) return true;
  return false;
}

}  // namespace skywright::pipelines
