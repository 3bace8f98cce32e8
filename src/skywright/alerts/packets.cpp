#include "skywright/alerts/packets.h"

#include <algorithm>
#include <unordered_map>

#include "skywright/alerts/avro_binary.h"
#include "skywright/alerts/record_encoder.h"
#include "skywright/base/error.h"

namespace skywright::alerts {
namespace {

/// Rows of a table by the object that they belong to, each object's oldest first.
class RowsByObject {
 public:
  RowsByObject(const table::Table& rows, std::string_view id_column) {
    if (rows.rows() == 0) return;
    objects_ = rows.wholes("diaObjectId");
    times_ = rows.numbers("midpointMjdTai");
    const std::vector<std::int64_t> ids = rows.wholes(id_column);
    for (std::size_t row = 0; row < objects_.size(); ++row)
      if (objects_[row] != 0) by_object_[objects_[row]].push_back(row);
    for (auto& [object, list] : by_object_)
      std::sort(list.begin(), list.end(), [&](std::size_t a, std::size_t b) {
        return times_[a] != times_[b] ? times_[a] < times_[b] : ids[a] < ids[b];
      });
  }

  /// Rows of `object` at times in [begin, end), oldest first.
  [[nodiscard]] std::vector<std::size_t> between(std::int64_t object, double begin,
                                                 double end) const {
    std::vector<std::size_t> out;
    const auto it = by_object_.find(object);
    if (it == by_object_.end()) return out;
    for (const std::size_t row : it->second)
      if (times_[row] >= begin && times_[row] < end) out.push_back(row);
    return out;
  }

 private:
  std::vector<std::int64_t> objects_;
  std::vector<double> times_;
  std::unordered_map<std::int64_t, std::vector<std::size_t>> by_object_;  ///< only looked up
};

/// Index of a field's branch that is not null; the schema is ours, so there is one.
constexpr std::int64_t kNull = 0;
constexpr std::int64_t kPresent = 1;

void put_array(const std::vector<std::size_t>& rows, const RecordEncoder& record,
               AvroEncoder& out) {
  if (rows.empty()) return out.whole(kNull);
  out.whole(kPresent);
  out.whole(static_cast<std::int64_t>(rows.size()));
  for (const std::size_t row : rows) record.encode(row, out);
  out.whole(0);
}

void put_text(const std::string& text, AvroEncoder& out) {
  out.whole(text.empty() ? kNull : kPresent);
  if (!text.empty()) out.text(text);
}

void put_bytes(const std::vector<std::uint8_t>& bytes, AvroEncoder& out) {
  out.whole(bytes.empty() ? kNull : kPresent);
  if (!bytes.empty()) out.bytes(bytes);
}

/// Everything that one packet is encoded from, looked up once a visit.
struct PacketMaker {
  const VisitAlerts& alerts;
  double history_days;
  RecordEncoder source, earlier;
  RowsByObject history, forced;
  std::vector<std::int64_t> ids, object_ids;
  std::vector<double> times;
  std::unordered_map<std::int64_t, std::size_t> object_rows = {};
  std::unique_ptr<RecordEncoder> object = {}, forced_record = {};
  std::unordered_map<std::int64_t, std::size_t> ss_source_rows = {};  ///< by diaSourceId
  std::unordered_map<std::int64_t, std::size_t> orbit_rows = {};      ///< by ssObjectId
  std::vector<std::int64_t> ss_object_ids = {};                       ///< of the rows of ss_sources
  std::unique_ptr<RecordEncoder> ss_source = {}, orbit = {};

  PacketMaker(const AvroSchema& schema, const VisitAlerts& input, double days)
      : alerts(input),
        history_days(days),
        source(schema.record("diaSource"), input.sources),
        earlier(schema.record("diaSource"),
                input.history.rows() == 0 ? input.sources : input.history),
        history(input.history, "diaSourceId"),
        forced(input.forced, "diaForcedSourceId"),
        ids(input.sources.wholes("diaSourceId")),
        object_ids(input.sources.contains("diaObjectId")
                       ? input.sources.wholes("diaObjectId")
                       : std::vector<std::int64_t>(ids.size(), 0)),
        times(input.sources.numbers("midpointMjdTai")) {
    if (input.objects.rows() != 0) {
      object = std::make_unique<RecordEncoder>(schema.record("diaObject"), input.objects);
      const std::vector<std::int64_t> rows = input.objects.wholes("diaObjectId");
      for (std::size_t row = 0; row < rows.size(); ++row) object_rows.emplace(rows[row], row);
    }
    if (input.forced.rows() != 0)
      forced_record =
          std::make_unique<RecordEncoder>(schema.record("diaForcedSource"), input.forced);
  }

  void take_known_bodies(const AvroSchema& schema) {
    if (alerts.ss_sources == nullptr || alerts.ss_sources->rows() == 0) return;
    ss_source = std::make_unique<RecordEncoder>(schema.record("ssSource"), *alerts.ss_sources);
    ss_object_ids = alerts.ss_sources->wholes("ssObjectId");
    const auto sources = alerts.ss_sources->wholes("diaSourceId");
    for (std::size_t row = 0; row < sources.size(); ++row)
      ss_source_rows.emplace(sources[row], row);
    if (alerts.orbits == nullptr || alerts.orbits->rows() == 0) return;
    orbit = std::make_unique<RecordEncoder>(schema.record("mpc_orbits"), *alerts.orbits);
    const auto bodies = alerts.orbits->wholes("ssObjectId");
    for (std::size_t row = 0; row < bodies.size(); ++row) orbit_rows.emplace(bodies[row], row);
  }

  void put_known_body(std::int64_t source_id, AvroEncoder& out) const {
    const auto it = ss_source_rows.find(source_id);
    if (it == ss_source_rows.end()) {
      out.whole(kNull);
      out.whole(kNull);
      return;
    }
    out.whole(kPresent);
    ss_source->encode(it->second, out);
    const auto body = orbit_rows.find(ss_object_ids[it->second]);
    out.whole(body == orbit_rows.end() ? kNull : kPresent);
    if (body != orbit_rows.end()) orbit->encode(body->second, out);
  }

  /// In place of what `bytes` held.
  void put(std::size_t row, std::string& bytes) const {
    bytes.clear();
    AvroEncoder out(bytes);
    const std::int64_t id = object_ids[row];
    const double oldest = times[row] - history_days;
    out.whole(ids[row]);
    put_text(alerts.observation_reason, out);
    put_text(alerts.target_name, out);
    source.encode(row, out);
    put_array(history.between(id, oldest, times[row]), earlier, out);
    if (forced_record)
      put_array(forced.between(id, oldest, times[row]), *forced_record, out);
    else
      out.whole(kNull);
    put_object(id, out);
    put_known_body(ids[row], out);
    static const Cutouts kNoCutouts;
    const Cutouts& cutouts = alerts.cutouts.empty() ? kNoCutouts : alerts.cutouts[row];
    put_bytes(cutouts.difference, out);
    put_bytes(cutouts.science, out);
    put_bytes(cutouts.reference, out);
  }

  void put_object(std::int64_t id, AvroEncoder& out) const {
    if (id == 0) return out.whole(kNull);
    const auto it = object_rows.find(id);
    if (it == object_rows.end())
      throw InputError("object " + std::to_string(id), "named by a source but not given",
                       "give the objects that the sources were associated with");
    out.whole(kPresent);
    object->encode(it->second, out);
  }
};

}  // namespace

void describe(Fields& fields, AlertConfig& config) {
  fields.number("history_days", config.history_days,
                "how far back an alert's history reaches [day]", {.low = 0});
  describe_choice(fields, "codec", config.codec, {"none", "deflate"},
                  "compression of the alert files");
}

void write_alerts(const VisitAlerts& alerts, std::string_view key, const AlertConfig& config,
                  const AvroSink& sink, const Execution& execution) {
  check_fields(config);
  if (!alerts.cutouts.empty() && alerts.cutouts.size() != alerts.sources.rows())
    throw InputError("cutouts", "number differently from the sources", "give one set a source");
  const std::string schema_text = alert_schema_json();
  AvroContainerWriter writer(sink, schema_text, key, config.codec);
  if (alerts.sources.rows() != 0) {
    const AvroSchema schema(schema_text);
    PacketMaker maker(schema, alerts, config.history_days);
    maker.take_known_bodies(schema);
    // In batches: a visit's packets are a hundred megabytes, which would be touched once and let
    // go.
    constexpr std::size_t kBatch = 64;
    const std::size_t count = alerts.sources.rows();
    std::vector<std::string> packets(kBatch);
    for (std::size_t begin = 0; begin < count; begin += kBatch) {
      const std::size_t batch = std::min(kBatch, count - begin);
      execution.for_each(batch, [&](std::size_t i) { maker.put(begin + i, packets[i]); });
      for (std::size_t i = 0; i < batch; ++i) writer.add(packets[i]);
    }
  }
  writer.finish();
}

}  // namespace skywright::alerts
