/// What happens in a night as JSON lines, one a change of state: for people who search, and for
/// programs that collect.
///
///     {"time":"2026-11-22T01:12:00.000Z","level":"warning","event":"frame_refused",...}
///
/// `time` is of the injected clock. A line that cannot be written is counted and lost: the night
/// does not stop for its log.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace skywright::pipelines {

/// The three parts of an error's message, "problem: reason; remedy".
struct MessageParts {
  std::string problem;
  std::string reason;
  std::string remedy;
};
MessageParts message_parts(std::string_view message);

enum class LogLevel { info, warning, error };

/// A field's name and its value as JSON.
struct LogField {
  std::string name;
  std::string json;
};
LogField field(std::string name, std::int64_t value);
LogField field(std::string name, double value);
LogField field(std::string name, std::string_view value);

/// One writer at a time.
class NightLog {
 public:
  /// @param file  appended to; empty for none. @param clock_mjd as NightRequest
  /// @throws StorageError where it cannot be opened
  NightLog(const std::filesystem::path& file, double clock_mjd);
  ~NightLog();
  NightLog(const NightLog&) = delete;
  NightLog& operator=(const NightLog&) = delete;

  void write(LogLevel level, std::string_view event, const std::vector<LogField>& fields);
  [[nodiscard]] std::uint64_t lost_lines() const { return lost_; }

 private:
  int file_ = -1;
  double clock_mjd_;
  std::uint64_t lost_ = 0;
};

}  // namespace skywright::pipelines
