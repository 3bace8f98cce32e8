/// Where a night's alerts go once their files are published: the streams of filters.
#pragma once

#include <filesystem>
#include <vector>

#include "skywright/archive/archive.h"
#include "skywright/base/execution.h"
#include "skywright/pipelines/alert_streams.h"

namespace skywright::pipelines {

class AlertOutlets {
 public:
  /// @throws as AlertStreams
  AlertOutlets(const std::filesystem::path& survey,
               const std::vector<std::filesystem::path>& filters);

  /// What was published earlier and a killed run did not get to.
  void catch_up(const archive::Archive& archive, const Execution& execution);
  /// Alerts that were just published.
  void take(const std::vector<archive::DatasetRecord>& alerts, const Execution& execution);

  [[nodiscard]] std::vector<StreamCount> streams() const { return streams_.counts(); }

 private:
  AlertStreams streams_;
};

}  // namespace skywright::pipelines
