/// Messages to a Kafka topic: idempotent, acknowledged by all replicas in step, compressed by zstd.
///
///     KafkaProducer producer(parse_kafka_url("kafka://localhost:9092/alerts"));
///     producer.send("12", bytes, 0);
///     for (const KafkaProducer::Report& report : producer.poll(100)) ...
///
/// The adapter `libskywright_kafka.so` is loaded when the first producer is made.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace skywright::alerts {

/// How a packet becomes a message.
enum class MessageForm {
  object,    ///< Avro's single-object encoding: two bytes, the schema's fingerprint, the packet
  container  ///< an object container file of one packet, as ZTF's stream has them
};

/// kafka://HOST:PORT[,HOST:PORT...]/TOPIC[?NAME=VALUE&...]
struct KafkaUrl {
  std::string brokers;
  std::string topic;
  MessageForm form = MessageForm::object;                          ///< of form=object|container
  std::vector<std::pair<std::string, std::string>> settings = {};  ///< librdkafka's, as given

  /// Brokers and topic, which name the stream.
  [[nodiscard]] std::string name() const { return brokers + "/" + topic; }
};
bool is_kafka_url(std::string_view text);
/// @throws ConfigError for a text that is none
KafkaUrl parse_kafka_url(const std::string& text);

class KafkaProducer {
 public:
  /// A broker need not be there: what is sent waits for it without end.
  /// @throws ServiceError where the adapter is missing or of another version; ConfigError for a
  ///         setting that librdkafka does not know
  explicit KafkaProducer(const KafkaUrl& url);
  ~KafkaProducer();
  KafkaProducer(const KafkaProducer&) = delete;
  KafkaProducer& operator=(const KafkaProducer&) = delete;

  enum class Sent { taken, full };
  /// Hand a message over, which is copied. `full`: poll, and try again.
  /// @throws InputError for a message that no broker takes (too large)
  Sent send(std::string_view key, std::string_view value, std::uint64_t ticket);

  struct Report {
    std::uint64_t ticket = 0;
    bool acknowledged = false;
  };
  /// Wait up to so long [ms] for what became of messages. The result is valid until the next call.
  const std::vector<Report>& poll(int milliseconds);
  /// The last trouble with the brokers; empty where there was none since something was
  /// acknowledged.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }
  /// This producer cannot go on: make another, and send anew what was not acknowledged.
  [[nodiscard]] bool broken() const { return broken_; }

 private:
  void* producer_ = nullptr;
  std::vector<Report> reports_;
  std::string trouble_;
  bool broken_ = false;
};

}  // namespace skywright::alerts
