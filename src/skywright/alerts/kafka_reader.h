/// Messages from a Kafka topic, each given to a group of readers until it is committed.
///
///     KafkaReader reader(parse_kafka_url("kafka://localhost:9092/frames"), "skywright");
///     while (auto message = reader.read(100)) take(*message);
///     reader.commit();
///
/// A group that is new to a topic begins at its oldest message. What was read and not committed
/// comes again, after a crash or where another member takes over: at least once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "skywright/alerts/kafka_producer.h"

namespace skywright::alerts {

class KafkaReader {
 public:
  /// A broker need not be there. @param group  unless the URL names one by `?group.id=`
  /// @throws ServiceError where the adapter is missing or of another version; ConfigError for a
  ///         setting that librdkafka does not know
  KafkaReader(const KafkaUrl& url, const std::string& group);
  ~KafkaReader();
  KafkaReader(const KafkaReader&) = delete;
  KafkaReader& operator=(const KafkaReader&) = delete;

  /// The value of the next message; nothing where none came within so long [ms].
  std::optional<std::string> read(int milliseconds);
  /// All that was read is done with. Where the broker does not take it, `trouble` tells, and it
  /// comes again.
  void commit();
  /// The last trouble with the brokers; empty where there was none since a message came.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }

 private:
  void* reader_ = nullptr;
  std::vector<char> buffer_;
  std::string trouble_;
};

}  // namespace skywright::alerts
