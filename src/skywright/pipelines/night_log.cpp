#include "skywright/pipelines/night_log.h"

#include <cerrno>
#include <cmath>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "skywright/base/error.h"
#include "skywright/config/json_text.h"
#include "skywright/pipelines/night_book.h"

namespace skywright::pipelines {

MessageParts message_parts(std::string_view message) {
  MessageParts parts;
  if (const std::size_t semicolon = message.rfind("; "); semicolon != std::string_view::npos) {
    parts.remedy = message.substr(semicolon + 2);
    message = message.substr(0, semicolon);
  }
  // A problem may be a path; what explains it comes after the first colon.
  const std::size_t colon = message.find(": ");
  parts.problem = message.substr(0, colon);
  if (colon != std::string_view::npos) parts.reason = message.substr(colon + 2);
  return parts;
}

LogField field(std::string name, std::int64_t value) {
  return {std::move(name), fmt::format("{}", value)};
}
LogField field(std::string name, double value) {
  return {std::move(name), std::isfinite(value) ? fmt::format("{:.6g}", value) : "null"};
}
LogField field(std::string name, std::string_view value) {
  return {std::move(name), config::json_string(value)};
}

NightLog::NightLog(const std::filesystem::path& file, double clock_mjd) : clock_mjd_(clock_mjd) {
  if (file.empty()) return;
  file_ = open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file_ < 0)
    throw StorageError(file.string(), std::strerror(errno),
                       "name a file that can be written as --log");
}

NightLog::~NightLog() {
  if (file_ >= 0) close(file_);
}

void NightLog::write(LogLevel level, std::string_view event, const std::vector<LogField>& fields) {
  if (file_ < 0) return;
  const char* const levels[] = {"info", "warning", "error"};
  const time::Utc now = time::to_utc(time::Tai::from_mjd(now_mjd_tai(clock_mjd_)));
  std::string line =
      fmt::format("{{\"time\":\"{}Z\",\"level\":\"{}\",\"event\":{}", time::iso_text(now),
                  levels[static_cast<int>(level)], config::json_string(event));
  for (const LogField& f : fields)
    line += fmt::format(",{}:{}", config::json_string(f.name), f.json);
  line += "}\n";
  // In one call, so that no line is written in two parts.
  if (::write(file_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) ++lost_;
}

}  // namespace skywright::pipelines
