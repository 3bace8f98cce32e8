/// Streams of a night's alerts beside the full one: one a filter.
///
/// A filter is a file NAME.filter that holds an expression (docs/guides/alerts.md). Of each alert
/// file `alerts/<visit>/<name>.avro` its stream gets the packets that it keeps, as
/// `streams/NAME/<visit>/<name>.<hash of the expression>.avro`. Such a file depends on nothing
/// else, so that what is there is done, whoever was killed meanwhile.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "skywright/alerts/filter.h"
#include "skywright/base/execution.h"

namespace skywright::pipelines {

/// What one stream got.
struct StreamCount {
  std::string name;
  std::size_t seen = 0;
  std::size_t kept = 0;
};

class AlertStreams {
 public:
  /// The filters that lie in the survey's folder filters/, and those named.
  /// @throws alerts::FilterError for one that is none for our alerts; ConfigError for two of one
  ///         name; InputError for a file that cannot be read
  AlertStreams(std::filesystem::path survey, const std::vector<std::filesystem::path>& filters);

  [[nodiscard]] bool empty() const { return streams_.empty(); }
  /// Add the packets of these files, which lie beneath the survey, where they are not in yet.
  /// @throws StorageError, InputError
  void take(const std::vector<std::filesystem::path>& alert_files, const Execution& execution);
  /// Of what was added.
  [[nodiscard]] std::vector<StreamCount> counts() const;

 private:
  struct Stream {
    std::string text;
    std::string suffix;  ///< hash of the text
    StreamCount count;
  };
  std::filesystem::path survey_;
  std::vector<Stream> streams_;
};

}  // namespace skywright::pipelines
