/// Alert files to a Kafka topic, by a thread beside the work that makes them.
///
///     AlertSender sender("kafka://localhost:9092/alerts", survey / "sent");
///     sender.offer({{survey / "alerts/12/94.0123abcd.avro", "alerts/12/94.0123abcd.avro"}});
///     ...
///     const AlertSender::State end = sender.finish(60.0, execution);   // end.waiting == 0
///
/// The files are the spool: while the broker is away nothing is lost and nothing waits for it.
/// Packets whose acknowledgement is on record are not sent again. Two packets of one id differ by
/// no byte, so that a consumer may keep either.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "skywright/alerts/alert_messages.h"
#include "skywright/alerts/kafka_producer.h"
#include "skywright/base/execution.h"
#include "skywright/pipelines/alert_receipts.h"
#include "skywright/pipelines/filter_alerts.h"

namespace skywright::pipelines {

class AlertSender {
 public:
  /// A file of alerts, and the name by which its packets are on record.
  struct File {
    std::filesystem::path path;
    std::string name;
  };
  struct State {
    std::uint64_t acknowledged = 0;  ///< packets, by this sender
    std::uint64_t earlier = 0;       ///< packets that were on record
    std::uint64_t waiting = 0;       ///< packets, of files that were looked into
    std::size_t files_waiting = 0;   ///< files that were not yet
    std::string trouble;             ///< the last with the broker; empty: none
    double bytes = 0.0;              ///< of the acknowledged packets
  };

  /// @param records folder of the record of what was acknowledged; empty: none is kept
  /// @throws ConfigError, ServiceError as KafkaProducer; StorageError
  AlertSender(const std::string& url, const std::filesystem::path& records,
              std::optional<std::string> filter = {});
  ~AlertSender();
  AlertSender(const AlertSender&) = delete;
  AlertSender& operator=(const AlertSender&) = delete;

  void offer(const std::vector<File>& files);
  [[nodiscard]] State state() const;
  /// Wait until all is acknowledged, for so long [s], or until a stop is asked for.
  /// @throws what the thread met: InputError (a damaged file, a packet that no broker takes; all
  ///         others were sent nevertheless), StorageError
  State finish(double patience_s, const Execution& execution);

 private:
  /// A file whose packets are under way.
  struct Open {
    File file;
    alerts::AlertMessages* form = nullptr;
    std::vector<std::string> packets = {};  ///< emptied as they are acknowledged
    std::vector<std::int64_t> ids = {};
    std::vector<std::size_t> to_send = {};  ///< packets that the producer does not hold
    std::size_t left = 0;                   ///< packets that are not acknowledged
  };

  void run(const std::stop_token& stop);
  void step();
  bool open_next();
  void open(File file);
  /// @returns false where the producer is full
  bool feed();
  void take_reports(int milliseconds);
  void start_anew();
  void remember_failure();
  void publish_state();

  alerts::KafkaUrl url_;
  AlertSieve sieve_;
  std::unique_ptr<AlertReceipts> receipts_;
  std::unique_ptr<alerts::KafkaProducer> producer_;
  std::map<std::string, alerts::AlertMessages, std::less<>> forms_;  ///< by the schema's text
  std::map<std::uint64_t, Open> open_;                               ///< by number
  std::uint64_t next_number_ = 0;
  std::size_t open_bytes_ = 0;
  double retry_at_ = 0.0;   ///< when what failed may go out again [s of the steady clock]
  double synced_at_ = 0.0;  ///< when the record was last safe on disk
  State own_;               ///< the thread's; shown_ is for all

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<File> offered_;
  State shown_;
  std::exception_ptr failure_;  ///< the first
  bool ended_ = false;          ///< the thread cannot go on
  std::jthread thread_;         ///< last: it uses all else
};

}  // namespace skywright::pipelines
