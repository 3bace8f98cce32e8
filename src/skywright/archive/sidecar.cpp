#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "skywright/archive/archive.h"
#include "skywright/base/error.h"
#include "skywright/config/json_text.h"

namespace skywright::archive {

std::filesystem::path sidecar_path(const std::filesystem::path& file) {
  return file.string() + ".json";
}

std::string sidecar_text(const DatasetRecord& record) {
  const DatasetId& id = record.key.id;
  nlohmann::ordered_json json;
  json["kind"] = id.kind;
  if (id.visit >= 0) json["visit"] = id.visit;
  if (id.detector >= 0) json["detector"] = id.detector;
  if (!id.band.empty()) json["band"] = id.band;
  if (id.night >= 0) json["night"] = id.night;
  json["key"] = record.key.hash;
  json["checksum"] = "xxh3-128:" + record.checksum;
  json["bytes"] = record.bytes;
  json["step"] = record.provenance.step;
  json["version"] = record.provenance.version;
  json["config"] = record.provenance.config;
  json["inputs"] = record.provenance.inputs;
  return config::json_text(json, 1) + "\n";
}

DatasetRecord parse_sidecar(std::string_view text, std::string_view origin) {
  try {
    const auto json = nlohmann::json::parse(text);
    DatasetRecord record;
    DatasetId& id = record.key.id;
    id.kind = json.at("kind");
    id.visit = json.value("visit", std::int64_t{-1});
    id.detector = json.value("detector", -1);
    id.band = json.value("band", "");
    id.night = json.value("night", -1);
    record.key.hash = json.at("key");
    record.checksum = json.at("checksum").get<std::string>().substr(9);
    record.bytes = json.at("bytes");
    record.provenance = {json.at("step"), json.at("version"), json.at("config"),
                         json.at("inputs").get<std::vector<std::string>>()};
    record.path = relative_path(record.key);
    return record;
  } catch (const std::exception& error) {
    throw InputError(std::string(origin), fmt::format("not a dataset's sidecar ({})", error.what()),
                     "remove the dataset with its sidecar and run the step again");
  }
}

}  // namespace skywright::archive
