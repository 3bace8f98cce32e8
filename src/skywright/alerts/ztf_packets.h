/// Our alerts in the shape of ZTF's stream (schema ztf.alert 3.3), for brokers that read it.
///
///     const ZtfPackets ztf;
///     writer.add(ztf.packet(file.record(0)));
///
/// Which field becomes which stands in docs/guides/alerts.md. What we lack is null; where ZTF's
/// schema allows none, its own mark for "not known": -999, or an empty text.
#pragma once

#include <string>

#include "skywright/alerts/avro_schema.h"
#include "skywright/alerts/avro_value.h"

namespace skywright::alerts {

class ZtfPackets {
 public:
  ZtfPackets();

  /// An alert of ours, encoded anew.
  /// @throws InputError for one that is none of ours
  [[nodiscard]] std::string packet(const AvroValue& alert) const;
  [[nodiscard]] const std::string& schema_json() const { return schema_json_; }

 private:
  std::string schema_json_;
  AvroSchema schema_;
};

}  // namespace skywright::alerts
