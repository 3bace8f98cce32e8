/// Frames of which messages of a Kafka topic tell, as an observatory's own systems write them.
///
/// A message is the path of a frame that is whole, or a JSON object with it as "path" or "file"; a
/// path that does not begin with / is one below incoming/, and file:// may stand before it. The
/// frame is copied into the survey and stays where it is, unless it lies in incoming/.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "skywright/alerts/kafka_reader.h"
#include "skywright/pipelines/incoming.h"

namespace skywright::pipelines {

/// The file that a message names. @throws InputError for one that names none
std::filesystem::path frame_named(const std::string& message,
                                  const std::filesystem::path& incoming);

class FrameEvents {
 public:
  /// @param url  kafka://HOST:PORT/TOPIC; the group of readers is "skywright" unless it says
  ///             ?group.id=NAME
  /// @throws ConfigError, ServiceError as KafkaReader
  FrameEvents(const std::string& url, std::filesystem::path incoming);

  struct News {
    std::vector<LandedFrame> frames = {};
    std::vector<std::string> problems = {};  ///< of messages that name no file
    std::string trouble;                     ///< with the broker, when it begins
  };
  /// What has come since, without waiting.
  News take();
  /// All that was taken is done with.
  void settle();

 private:
  alerts::KafkaReader reader_;
  std::filesystem::path incoming_;
  bool told_ = false;       ///< of the trouble that goes on
  bool unsettled_ = false;  ///< messages were taken since `settle`
};

}  // namespace skywright::pipelines
