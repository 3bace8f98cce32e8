/// Packets as messages of a stream, and the schema's name in them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "skywright/alerts/avro_schema.h"
#include "skywright/alerts/kafka_producer.h"

namespace skywright::alerts {

/// Avro's Parsing Canonical Form: what of a schema matters to a reader, in one spelling.
std::string canonical_form(const AvroNode& root);
/// CRC-64-AVRO of a text; of a canonical form it names the schema.
std::uint64_t avro_fingerprint(std::string_view text);

/// Makes messages of packets of one schema.
class AlertMessages {
 public:
  /// @throws InputError for a text that is no schema
  AlertMessages(std::string schema_json, MessageForm form);

  /// @param key of the container form: what the message is; the same gives the same bytes
  /// @returns valid until the next call
  std::string_view message(std::string_view packet, std::string_view key);

 private:
  std::string schema_json_;
  MessageForm form_;
  std::string lead_;  ///< of the object form
  std::string bytes_;
};

}  // namespace skywright::alerts
