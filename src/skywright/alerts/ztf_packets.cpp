#include "skywright/alerts/ztf_packets.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "skywright/alerts/avro_binary.h"
#include "skywright/alerts/detail/deflate.h"
#include "skywright/alerts/detail/primary_image.h"
#include "skywright/base/error.h"
#include "skywright/time/time_scales.h"

namespace skywright::alerts {
namespace {

using Record = AvroValue::Record;
using Array = AvroValue::Array;

constexpr double kUnknown = -999.0;  ///< ZTF's mark
constexpr double kZeroPoint = 31.4;  ///< AB magnitude of 1 nJy

// ---- reading ours

std::optional<double> real(const AvroValue& from, std::string_view path) {
  const AvroValue* value = from.find(path);
  if (value == nullptr) return {};
  if (const auto* v = std::get_if<double>(&value->datum))
    return std::isfinite(*v) ? std::optional(*v) : std::nullopt;
  if (const auto* v = std::get_if<std::int64_t>(&value->datum)) return static_cast<double>(*v);
  return {};
}

std::optional<std::int64_t> whole(const AvroValue& from, std::string_view path) {
  const AvroValue* value = from.find(path);
  const auto* v = value == nullptr ? nullptr : std::get_if<std::int64_t>(&value->datum);
  return v == nullptr ? std::nullopt : std::optional(*v);
}

const Array& items(const AvroValue& from, std::string_view path) {
  static const Array kNone;
  const AvroValue* value = from.find(path);
  const auto* array = value == nullptr ? nullptr : std::get_if<Array>(&value->datum);
  return array == nullptr ? kNone : *array;
}

/// ZTF's filter number; ours that it has none for follow it.
std::int64_t filter_of(const AvroValue& source) {
  const AvroValue* value = source.find("band");
  const auto* band = value == nullptr ? nullptr : std::get_if<std::string>(&value->datum);
  constexpr std::string_view kBands = "griuzy";
  const std::size_t at =
      band == nullptr || band->size() != 1 ? std::string_view::npos : kBands.find(*band);
  return at == std::string_view::npos ? -999 : static_cast<std::int64_t>(at) + 1;
}

/// Julian date UTC of an MJD TAI.
double julian(double mjd_tai) {
  const time::Utc utc = time::to_utc(time::Tai::from_mjd(mjd_tai));
  return utc.mjd() + 2400000.5;
}

// ---- making theirs

/// The value of a new field. (Built in place: GCC 12 takes a moved variant for uninitialized.)
AvroValue& added(Record& record, std::string name) {
  auto& field = record.emplace_back();
  field.first = std::move(name);
  return field.second;
}
void set(Record& record, std::string name, std::optional<double> value) {
  if (value) added(record, std::move(name)).datum.emplace<double>(*value);
}
void set_whole(Record& record, std::string name, std::optional<std::int64_t> value) {
  if (value) added(record, std::move(name)).datum.emplace<std::int64_t>(*value);
}
void set_text(Record& record, std::string name, std::string value) {
  added(record, std::move(name)).datum.emplace<std::string>(std::move(value));
}

/// Magnitude and error of a flux's absolute value, as ZTF's are of negative differences, too.
void set_magnitude(Record& record, const std::string& name, const std::string& error_name,
                   std::optional<double> flux, std::optional<double> error) {
  if (!flux || *flux == 0.0) return;
  set(record, name, kZeroPoint - 2.5 * std::log10(std::fabs(*flux)));
  if (error) set(record, error_name, 2.5 / std::log(10.0) * *error / std::fabs(*flux));
}

/// The faintest that would have been seen at five standard errors, where it was measured.
void set_limit(Record& record, std::optional<double> error) {
  if (error && *error > 0.0) set(record, "diffmaglim", kZeroPoint - 2.5 * std::log10(5.0 * *error));
}

/// What a detection says in `candidate` and in `prv_candidates` alike.
Record detection(const AvroValue& source) {
  Record out;
  set(out, "jd", julian(real(source, "midpointMjdTai").value_or(0.0)));
  set_whole(out, "fid", filter_of(source));
  set_whole(out, "pid", whole(source, "visit"));
  set_whole(out, "programid", 1);
  set_whole(out, "candid", whole(source, "diaSourceId"));
  const AvroValue* negative = source.find("isNegative");
  const bool is_negative = negative != nullptr && std::holds_alternative<bool>(negative->datum) &&
                           std::get<bool>(negative->datum);
  set_text(out, "isdiffpos", is_negative ? "f" : "t");
  set_whole(out, "rcid", whole(source, "detector"));
  set(out, "xpos", real(source, "x"));
  set(out, "ypos", real(source, "y"));
  set(out, "ra", real(source, "ra"));
  set(out, "dec", real(source, "dec"));
  const auto error = real(source, "psfFluxErr");
  set_magnitude(out, "magpsf", "sigmapsf", real(source, "psfFlux"), error);
  set_magnitude(out, "magap", "sigmagap", real(source, "apFlux"), real(source, "apFluxErr"));
  set_limit(out, error);
  const auto chi2 = real(source, "psfChi2");
  const auto pixels = real(source, "psfNdata");
  if (chi2 && pixels && *pixels > 1.0) set(out, "chipsf", *chi2 / (*pixels - 1.0));
  set(out, "scorr", real(source, "snr"));
  set(out, "drb", real(source, "reliability"));
  return out;
}

/// A visit in which nothing was detected: when, in which band, and how deep.
Record not_seen(const AvroValue& forced) {
  Record out;
  set(out, "jd", julian(real(forced, "midpointMjdTai").value_or(0.0)));
  set_whole(out, "fid", filter_of(forced));
  set_whole(out, "pid", whole(forced, "visit"));
  set_whole(out, "programid", 1);
  set_whole(out, "rcid", whole(forced, "detector"));
  set_limit(out, real(forced, "psfFluxErr"));
  return out;
}

Array previous(const AvroValue& alert) {
  Array out;
  std::set<std::int64_t> seen;
  for (const AvroValue& source : items(alert, "prvDiaSources")) {
    out.emplace_back().datum.emplace<Record>(detection(source));
    seen.insert(whole(source, "visit").value_or(0));
  }
  for (const AvroValue& forced : items(alert, "prvDiaForcedSources"))
    if (!seen.contains(whole(forced, "visit").value_or(-1)))
      out.emplace_back().datum.emplace<Record>(not_seen(forced));
  return out;
}

void set_cutout(Record& record, const AvroValue& alert, const std::string& name,
                const std::string& file) {
  const AvroValue* value = alert.find(name);
  const auto* bytes = value == nullptr ? nullptr : std::get_if<AvroValue::Bytes>(&value->datum);
  if (bytes == nullptr) return;
  const std::string image = detail::primary_image(*bytes);
  if (image.empty()) return;
  const std::string zipped = detail::gzipped(image);
  Record out;
  set_text(out, "fileName", file);
  added(out, "stampData").datum.emplace<AvroValue::Bytes>(zipped.begin(), zipped.end());
  added(record, name).datum.emplace<Record>(std::move(out));
}

Record candidate(const AvroValue& alert, const AvroValue& source) {
  Record out = detection(source);
  const auto earlier = static_cast<std::int64_t>(items(alert, "prvDiaSources").size());
  const auto forced = static_cast<std::int64_t>(items(alert, "prvDiaForcedSources").size());
  const std::int64_t seen = whole(alert, "diaObject.nDiaSources").value_or(earlier + 1);
  set_whole(out, "ndethist", seen);
  set_whole(out, "ncovhist", std::max(seen, std::max(earlier, forced) + 1));
  if (const auto first = real(alert, "diaObject.firstDiaSourceMjdTai"))
    set(out, "jdstarthist", julian(*first));
  if (const auto last = real(alert, "diaObject.lastDiaSourceMjdTai"))
    set(out, "jdendhist", julian(*last));
  set_text(out, "rbversion", "");
  set_text(out, "drbversion", "");
  return out;
}

/// Encodes a value by a schema of another's making: fields by name, null where there is none.
struct TreeEncoder {
  AvroEncoder& out;

  void node(const AvroNode& type, const AvroValue* value) {
    const bool none = value == nullptr || value->is_null();
    switch (type.type) {
      case AvroType::null:
        return;
      case AvroType::choice:
        return choice(type, value);
      case AvroType::record: {
        const auto* record = none ? nullptr : std::get_if<Record>(&value->datum);
        for (const AvroField& field : type.fields) node(*field.type, part(record, field.name));
        return;
      }
      case AvroType::array: {
        const auto& array = std::get<Array>(value->datum);
        if (!array.empty()) out.whole(static_cast<std::int64_t>(array.size()));
        for (const AvroValue& item : array) node(*type.parts[0], &item);
        return out.whole(0);
      }
      case AvroType::float32:
        return out.float32(static_cast<float>(none ? kUnknown : std::get<double>(value->datum)));
      case AvroType::float64:
        return out.float64(none ? kUnknown : std::get<double>(value->datum));
      case AvroType::string:
        return out.text(none ? std::string() : std::get<std::string>(value->datum));
      case AvroType::bytes:
        return out.bytes(std::get<AvroValue::Bytes>(value->datum));
      default:
        return out.whole(none ? static_cast<std::int64_t>(kUnknown)
                              : std::get<std::int64_t>(value->datum));
    }
  }

  void choice(const AvroNode& type, const AvroValue* value) {
    const bool none = value == nullptr || value->is_null();
    for (std::size_t i = 0; i < type.parts.size(); ++i) {
      if ((type.parts[i]->type == AvroType::null) != none) continue;
      out.whole(static_cast<std::int64_t>(i));
      return node(*type.parts[i], value);
    }
  }

  static const AvroValue* part(const Record* record, std::string_view name) {
    if (record == nullptr) return nullptr;
    for (const auto& [key, value] : *record)
      if (key == name) return &value;
    return nullptr;
  }
};

}  // namespace

ZtfPackets::ZtfPackets() : schema_json_(ztf_schema_json()), schema_(schema_json_) {}

std::string ZtfPackets::packet(const AvroValue& alert) const {
  const auto id = whole(alert, "diaSourceId");
  const AvroValue* source = alert.find("diaSource");
  if (!id || source == nullptr)
    throw InputError("the alert", "is none of ours: it has no diaSource", "convert our alerts");
  const std::string name = std::to_string(*id);
  const auto object = whole(*source, "diaObjectId");
  Record out;
  set_text(out, "schemavsn", "3.3");
  set_text(out, "publisher", "Skywright");
  set_text(out, "objectId", "SKY" + std::to_string(object.value_or(*id)));
  set_whole(out, "candid", *id);
  added(out, "candidate").datum.emplace<Record>(candidate(alert, *source));
  if (Array earlier = previous(alert); !earlier.empty())
    added(out, "prv_candidates").datum.emplace<Array>(std::move(earlier));
  for (const auto& [field, suffix] :
       {std::pair{"cutoutScience", "_science"}, std::pair{"cutoutTemplate", "_template"},
        std::pair{"cutoutDifference", "_difference"}})
    set_cutout(out, alert, field, name + suffix + ".fits.gz");
  std::string bytes;
  AvroEncoder encoder(bytes);
  AvroValue tree;
  tree.datum.emplace<Record>(std::move(out));
  TreeEncoder{encoder}.node(schema_.root(), &tree);
  return bytes;
}

}  // namespace skywright::alerts
