#include "skywright/alerts/kafka_producer.h"

#include <algorithm>
#include <array>

#include "skywright/alerts/detail/kafka_library.h"
#include "skywright/base/error.h"

namespace skywright::alerts {
namespace {

constexpr std::string_view kScheme = "kafka://";

/// What a stream of alerts asks for; the URL's settings come later and change them.
std::vector<std::pair<std::string, std::string>> settings_of(const KafkaUrl& url) {
  std::vector<std::pair<std::string, std::string>> all = {
      {"bootstrap.servers", url.brokers},
      {"client.id", "skywright"},
      {"log_level", "2"},              // what matters comes as a report
      {"enable.idempotence", "true"},  // with acks=all, and order within a partition
      {"acks", "all"},
      {"compression.type", "zstd"},
      {"message.timeout.ms", "0"},  // the spool decides what is given up, and it gives up nothing
      {"message.max.bytes", "10000000"},
      {"linger.ms", "20"},
      {"batch.size", "1000000"},
      {"queue.buffering.max.kbytes", "65536"},
      {"queue.buffering.max.messages", "100000"},
      {"reconnect.backoff.max.ms", "2000"},
      {"socket.keepalive.enable", "true"}};
  all.insert(all.end(), url.settings.begin(), url.settings.end());
  return all;
}

}  // namespace

bool is_kafka_url(std::string_view text) { return text.starts_with(kScheme); }

KafkaUrl parse_kafka_url(const std::string& text) {
  const auto refuse = [&](const std::string& why) {
    throw ConfigError(text, why,
                      "write kafka://HOST:PORT/TOPIC, or with ?NAME=VALUE&... behind it");
  };
  if (!is_kafka_url(text)) refuse("is no address of a Kafka topic");
  std::string left = text.substr(kScheme.size());
  KafkaUrl url;
  const std::size_t question = left.find('?');
  std::string query = question == std::string::npos ? "" : left.substr(question + 1);
  left.resize(std::min(question, left.size()));
  const std::size_t slash = left.find('/');
  if (slash == std::string::npos) refuse("names no topic");
  url.brokers = left.substr(0, slash);
  url.topic = left.substr(slash + 1);
  if (url.brokers.empty()) refuse("names no host");
  // Kafka's own rule for names of topics.
  if (url.topic.empty() || url.topic.size() > 249 || url.topic == "." || url.topic == ".." ||
      url.topic.find_first_not_of(
          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") != std::string::npos)
    refuse("a topic is made of letters, digits and . _ -");
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string pair = query.substr(0, end);
    query.erase(0, std::min(end + 1, query.size()));
    const std::size_t equal = pair.find('=');
    if (equal == std::string::npos || equal == 0) refuse("the setting " + pair + " has no value");
    const std::string name = pair.substr(0, equal);
    const std::string value = pair.substr(equal + 1);
    if (name != "form")
      url.settings.emplace_back(name, value);
    else if (value == "container")
      url.form = MessageForm::container;
    else if (value != "object")
      refuse("form is object or container");
  }
  return url;
}

KafkaProducer::KafkaProducer(const KafkaUrl& url) {
  const auto settings = settings_of(url);
  std::vector<const char*> words;
  for (const auto& [name, value] : settings) {
    words.push_back(name.c_str());
    words.push_back(value.c_str());
  }
  words.push_back(nullptr);
  std::array<char, 512> why{};
  producer_ = detail::kafka_library().open(words.data(), url.topic.c_str(), why.data(), why.size());
  if (producer_ == nullptr)
    throw ConfigError("kafka://" + url.name(), why.data(),
                      "settings behind ? are those of librdkafka");
}

KafkaProducer::~KafkaProducer() { detail::kafka_library().close(producer_); }

KafkaProducer::Sent KafkaProducer::send(std::string_view key, std::string_view value,
                                        std::uint64_t ticket) {
  std::array<char, 512> why{};
  const int answer = detail::kafka_library().send(
      producer_, key.data(), static_cast<long>(key.size()), value.data(),
      static_cast<long>(value.size()), ticket, why.data(), why.size());
  if (answer == SKYWRIGHT_KAFKA_TAKEN) return Sent::taken;
  if (answer == SKYWRIGHT_KAFKA_FULL) return Sent::full;
  throw InputError("alert " + std::string(key),
                   std::string("Kafka does not take it: ") + why.data(),
                   "message.max.bytes bounds its size, here and at the broker");
}

const std::vector<KafkaProducer::Report>& KafkaProducer::poll(int milliseconds) {
  std::array<skywright_kafka_report, 1024> reports;
  std::array<char, 512> why{};
  int fatal = 0;
  const long count = detail::kafka_library().poll(producer_, milliseconds, reports.data(),
                                                  reports.size(), why.data(), why.size(), &fatal);
  reports_.clear();
  for (long i = 0; i < count; ++i) {
    const skywright_kafka_report& report = reports[static_cast<std::size_t>(i)];
    reports_.push_back({report.ticket, report.failed == 0});
    if (report.failed == 0) trouble_.clear();
  }
  if (why[0] != '\0') trouble_ = why.data();
  broken_ = broken_ || fatal != 0;
  return reports_;
}

}  // namespace skywright::alerts
