#include "skywright/pipelines/alert_rows.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "skywright/alerts/avro_container.h"
#include "skywright/archive/archive.h"
#include "skywright/base/error.h"
#include "skywright/io/atomic_file.h"

namespace skywright::pipelines {
namespace {

using alerts::AvroValue;

double number(const AvroValue& packet, std::string_view path) {
  const AvroValue* value = packet.find(path);
  if (value == nullptr) return std::nan("");
  if (const auto* real = std::get_if<double>(&value->datum)) return *real;
  if (const auto* whole = std::get_if<std::int64_t>(&value->datum))
    return static_cast<double>(*whole);
  return std::nan("");
}

std::int64_t whole(const AvroValue& packet, std::string_view path) {
  const AvroValue* value = packet.find(path);
  const auto* datum = value == nullptr ? nullptr : std::get_if<std::int64_t>(&value->datum);
  return datum == nullptr ? 0 : *datum;
}

bool flag(const AvroValue& packet, std::string_view path) {
  const AvroValue* value = packet.find(path);
  const auto* datum = value == nullptr ? nullptr : std::get_if<bool>(&value->datum);
  return datum != nullptr && *datum;
}

std::string text(const AvroValue& packet, std::string_view path) {
  const AvroValue* value = packet.find(path);
  const auto* datum = value == nullptr ? nullptr : std::get_if<std::string>(&value->datum);
  return datum == nullptr ? std::string() : *datum;
}

std::int64_t length(const AvroValue& packet, std::string_view path) {
  const AvroValue* value = packet.find(path);
  const auto* items = value == nullptr ? nullptr : std::get_if<AvroValue::Array>(&value->datum);
  return items == nullptr ? 0 : static_cast<std::int64_t>(items->size());
}

constexpr std::array kReals = {
    "midpointMjdTai", "ra",         "dec",         "x",          "y", "snr",
    "psfFlux",        "psfFluxErr", "scienceFlux", "reliability"};

}  // namespace

table::Table alert_rows(const std::vector<std::filesystem::path>& files) {
  std::vector<std::int64_t> id, object, visit, detector, file_row, index, history;
  std::vector<std::string> band;
  std::vector<std::uint8_t> negative;
  std::vector<std::vector<double>> reals(kReals.size());
  for (std::size_t f = 0; f < files.size(); ++f) {
    const alerts::AvroFile file(io::read_whole_file(files[f]), files[f].string());
    for (std::size_t i = 0; i < file.size(); ++i) {
      const AvroValue packet = file.record(i);
      if (packet.find("diaSource") == nullptr)
        throw InputError(files[f].string(), "its packets hold no diaSource", "name alert files");
      id.push_back(whole(packet, "diaSource.diaSourceId"));
      object.push_back(whole(packet, "diaSource.diaObjectId"));
      visit.push_back(whole(packet, "diaSource.visit"));
      detector.push_back(whole(packet, "diaSource.detector"));
      band.push_back(text(packet, "diaSource.band"));
      negative.push_back(flag(packet, "diaSource.isNegative") ? 1 : 0);
      for (std::size_t k = 0; k < kReals.size(); ++k)
        reals[k].push_back(number(packet, std::string("diaSource.") + kReals[k]));
      file_row.push_back(static_cast<std::int64_t>(f));
      index.push_back(static_cast<std::int64_t>(i));
      history.push_back(length(packet, "prvDiaSources"));
    }
  }
  table::Table t;
  t.add("alertId", "", "diaSourceId", id);
  t.add("diaObjectId", "", "object", object);
  t.add("visit", "", "visit", visit);
  t.add("detector", "", "detector", detector);
  t.add("band", "", "band", band);
  for (std::size_t k = 0; k < kReals.size(); ++k) t.add(kReals[k], "", "", reals[k]);
  t.add_flags("isNegative", "fainter than the template", negative);
  t.add("file", "", "row of the list of files", file_row);
  t.add("index", "", "packet within its file", index);
  t.add("history", "", "earlier sources of the object", history);
  return t;
}

std::vector<std::filesystem::path> alert_files(const std::filesystem::path& survey) {
  const archive::Archive archive(survey, archive::OpenFor::reading);
  std::map<std::pair<std::int64_t, int>, std::filesystem::path> last;
  for (const archive::DatasetRecord& record : archive.list({.kind = "alerts"}))
    last[{record.key.id.visit, record.key.id.detector}] = survey / record.path;
  std::vector<std::filesystem::path> files;
  for (const auto& [id, path] : last) files.push_back(path);
  return files;
}

}  // namespace skywright::pipelines
