#include "skywright/pipelines/frame_events.h"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "skywright/base/error.h"

namespace skywright::pipelines {
namespace {

namespace fs = std::filesystem;

/// Messages of one turn: the loop has other things to do.
constexpr int kMost = 500;

/// The start of a message, for people.
std::string shown(const std::string& message) {
  constexpr std::size_t kLong = 80;
  return message.size() <= kLong ? message : message.substr(0, kLong) + "...";
}

}  // namespace

fs::path frame_named(const std::string& message, const fs::path& incoming) {
  const auto refuse = [&](const std::string& why) {
    throw InputError(fmt::format("event \"{}\"", shown(message)), why,
                     R"(send the path of a frame, or {"path": "..."})");
  };
  std::string path = message;
  while (!path.empty() && (path.back() == '\n' || path.back() == '\r' || path.back() == ' '))
    path.pop_back();
  if (path.starts_with('{')) {
    const auto json = nlohmann::json::parse(path, nullptr, false);
    path.clear();
    for (const char* key : {"path", "file"})
      if (path.empty() && json.is_object() && json.contains(key) && json[key].is_string())
        path = json[key].get<std::string>();
    if (path.empty()) refuse("it names no path");
  }
  constexpr std::string_view kScheme = "file://";
  if (path.starts_with(kScheme)) path.erase(0, kScheme.size());
  if (path.empty()) refuse("it is empty");
  if (path.find('\0') != std::string::npos || path.find('\n') != std::string::npos)
    refuse("it is no path");
  return fs::path(path).is_absolute() ? fs::path(path) : incoming / path;
}

FrameEvents::FrameEvents(const std::string& url, fs::path incoming)
    : reader_(alerts::parse_kafka_url(url), "skywright"), incoming_(std::move(incoming)) {}

FrameEvents::News FrameEvents::take() {
  News news;
  for (int i = 0; i < kMost; ++i) {
    const std::optional<std::string> message = reader_.read(0);
    if (!message) break;
    unsettled_ = true;
    try {
      const fs::path file = frame_named(*message, incoming_);
      // What lies in incoming/ is seen there, too, and may have been taken already.
      if (file.parent_path() == incoming_ && !fs::exists(file)) continue;
      news.frames.push_back({file, last_change(file)});
    } catch (const InputError& error) {
      news.problems.emplace_back(error.what());
    }
  }
  if (!told_) news.trouble = reader_.trouble();
  told_ = !reader_.trouble().empty();
  return news;
}

void FrameEvents::settle() {
  if (unsettled_) reader_.commit();
  unsettled_ = false;
}

}  // namespace skywright::pipelines
