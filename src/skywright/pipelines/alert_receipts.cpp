#include "skywright/pipelines/alert_receipts.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "skywright/base/error.h"
#include "skywright/io/atomic_file.h"

namespace skywright::pipelines {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& log, const char* what) {
  throw StorageError(log.string(), std::string(what) + ": " + std::strerror(errno),
                     "it says which alerts were acknowledged; without it they are sent again");
}

bool number(std::string_view text, std::uint64_t& value) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec == std::errc{} && read.ptr == text.data() + text.size() &&
         value < (std::uint64_t{1} << 48);
}

/// "FILE FIRST LAST" or "FILE = COUNT"; false for anything else.
bool parsed(std::string_view line, std::string& file, std::string_view& first,
            std::uint64_t& last) {
  const std::size_t b = line.rfind(' ');
  if (b == std::string_view::npos || b == 0) return false;
  const std::size_t a = line.rfind(' ', b - 1);
  if (a == std::string_view::npos) return false;
  file = line.substr(0, a);
  first = line.substr(a + 1, b - a - 1);
  return number(line.substr(b + 1), last);
}

}  // namespace

AlertReceipts::AlertReceipts(fs::path log) : log_(std::move(log)) {
  std::error_code error;
  fs::create_directories(log_.parent_path(), error);
  if (fs::exists(log_, error)) load();
  file_ = ::open(log_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file_ < 0) refuse(log_, "cannot be written");
}

AlertReceipts::~AlertReceipts() { ::close(file_); }

void AlertReceipts::load() {
  const std::string text = io::read_whole_file(log_);
  std::string_view left = text;
  std::string file;
  std::string_view from;
  std::uint64_t first = 0, last = 0;
  while (true) {
    const std::size_t end = left.find('\n');
    if (end == std::string_view::npos) break;
    if (parsed(left.substr(0, end), file, from, last)) {
      if (from == "=")
        whole_[file] = last;
      else if (number(from, first) && first <= last)
        size_ += insert(acknowledged_[file], first, last);
    }
    left.remove_prefix(end + 1);
  }
  // The next line must not run into one that is half-written.
  if (!left.empty()) fs::resize_file(log_, text.size() - left.size());
}

std::uint64_t AlertReceipts::insert(Ranges& ranges, std::uint64_t first, std::uint64_t last) {
  std::uint64_t held = 0;
  auto it = ranges.upper_bound(first);
  if (it != ranges.begin() && std::prev(it)->second + 1 >= first) --it;
  const std::uint64_t asked_first = first, asked_last = last;
  while (it != ranges.end() && it->first <= last + 1) {
    const std::uint64_t from = std::max(it->first, asked_first);
    const std::uint64_t to = std::min(it->second, asked_last);
    if (from <= to) held += to - from + 1;
    first = std::min(first, it->first);
    last = std::max(last, it->second);
    it = ranges.erase(it);
  }
  ranges[first] = last;
  return asked_last - asked_first + 1 - held;
}

bool AlertReceipts::contains(const std::string& file, std::uint64_t index) const {
  const auto ranges = acknowledged_.find(file);
  if (ranges == acknowledged_.end()) return false;
  const auto it = ranges->second.upper_bound(index);
  return it != ranges->second.begin() && std::prev(it)->second >= index;
}

std::optional<std::uint64_t> AlertReceipts::whole(const std::string& file) const {
  const auto it = whole_.find(file);
  return it == whole_.end() ? std::nullopt : std::optional(it->second);
}

void AlertReceipts::add(const std::string& file, std::uint64_t index) {
  size_ += insert(acknowledged_[file], index, index);
  insert(fresh_[file], index, index);
}

void AlertReceipts::add_whole(const std::string& file, std::uint64_t count) {
  if (whole_.insert_or_assign(file, count).second)
    fresh_whole_ += fmt::format("{} = {}\n", file, count);
}

void AlertReceipts::flush() {
  if (fresh_.empty() && fresh_whole_.empty()) return;
  std::string lines;
  for (const auto& [file, ranges] : fresh_)
    for (const auto& [first, last] : ranges) lines += fmt::format("{} {} {}\n", file, first, last);
  lines += fresh_whole_;
  std::string_view left = lines;
  while (!left.empty()) {
    const ssize_t written = ::write(file_, left.data(), left.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) refuse(log_, "cannot be written");
    left.remove_prefix(static_cast<std::size_t>(written));
  }
  fresh_.clear();
  fresh_whole_.clear();
}

void AlertReceipts::sync() {
  flush();
  if (::fdatasync(file_) != 0) refuse(log_, "cannot be written");
}

}  // namespace skywright::pipelines
