/// Where a night's alerts go once their files are published: the streams of filters, and Kafka.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "skywright/archive/archive.h"
#include "skywright/base/execution.h"
#include "skywright/pipelines/alert_sender.h"
#include "skywright/pipelines/alert_streams.h"

namespace skywright::pipelines {

class AlertOutlets {
 public:
  /// @param kafka  address of a topic; empty for none
  /// @throws as AlertStreams and AlertSender
  AlertOutlets(const std::filesystem::path& survey,
               const std::vector<std::filesystem::path>& filters, const std::string& kafka);

  /// What was published earlier and a killed run did not get to.
  void catch_up(const archive::Archive& archive, const Execution& execution);
  /// Alerts that were just published.
  void take(const std::vector<archive::DatasetRecord>& alerts, const Execution& execution);

  [[nodiscard]] std::vector<StreamCount> streams() const { return streams_.counts(); }
  /// Wait for so long [s] until all is acknowledged. What is not goes out at the next night.
  /// @returns nothing where there is no topic
  std::optional<AlertSender::State> finish(double patience_s, const Execution& execution);

 private:
  std::filesystem::path survey_;
  AlertStreams streams_;
  std::unique_ptr<AlertSender> sender_;
};

}  // namespace skywright::pipelines
