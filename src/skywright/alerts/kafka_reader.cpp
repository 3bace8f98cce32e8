#include "skywright/alerts/kafka_reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include "skywright/alerts/detail/kafka_library.h"
#include "skywright/base/error.h"

namespace skywright::alerts {
namespace {

/// Messages name files; what is longer is none.
constexpr std::size_t kLongest = 1 << 20;

}  // namespace

KafkaReader::KafkaReader(const KafkaUrl& url, const std::string& group) : buffer_(kLongest) {
  std::vector<std::pair<std::string, std::string>> settings = {
      {"bootstrap.servers", url.brokers},
      {"client.id", "skywright"},
      {"group.id", group},
      {"log_level", "2"},
      {"enable.auto.commit", "false"},  // what was read counts once the frame is safe
      {"auto.offset.reset", "earliest"},
      {"session.timeout.ms", "6000"},  // bounds how long it takes to leave a broker that is away
      {"heartbeat.interval.ms", "2000"},
      {"max.poll.interval.ms", "3600000"},
      {"reconnect.backoff.max.ms", "2000"},
      {"socket.keepalive.enable", "true"}};
  settings.insert(settings.end(), url.settings.begin(), url.settings.end());
  std::vector<const char*> words;
  for (const auto& [name, value] : settings) {
    words.push_back(name.c_str());
    words.push_back(value.c_str());
  }
  words.push_back(nullptr);
  std::array<char, 512> why{};
  reader_ =
      detail::kafka_library().open_reader(words.data(), url.topic.c_str(), why.data(), why.size());
  if (reader_ == nullptr)
    throw ConfigError("kafka://" + url.name(), why.data(),
                      "settings behind ? are those of librdkafka");
}

KafkaReader::~KafkaReader() { detail::kafka_library().close_reader(reader_); }

std::optional<std::string> KafkaReader::read(int milliseconds) {
  std::array<char, 512> why{};
  const long size =
      detail::kafka_library().read(reader_, milliseconds, buffer_.data(),
                                   static_cast<long>(buffer_.size()), why.data(), why.size());
  if (why[0] != '\0') trouble_ = why.data();
  if (size < 0) return std::nullopt;
  trouble_.clear();
  return std::string(buffer_.data(), std::min(static_cast<std::size_t>(size), buffer_.size()));
}

void KafkaReader::commit() {
  std::array<char, 512> why{};
  if (detail::kafka_library().commit(reader_, why.data(), why.size()) != 0) trouble_ = why.data();
}

}  // namespace skywright::alerts
