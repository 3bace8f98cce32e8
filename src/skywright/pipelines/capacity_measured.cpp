#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "skywright/archive/archive.h"
#include "skywright/base/error.h"
#include "skywright/database/prompt_database.h"
#include "skywright/math/statistics.h"
#include "skywright/pipelines/capacity.h"
#include "skywright/pipelines/survey_config.h"

namespace skywright::pipelines {
namespace {

namespace fs = std::filesystem;
using ExposureIds = std::pair<std::int64_t, int>;

/// What a night's report tells of the exposures that it completed itself.
struct TimedExposures {
  std::set<ExposureIds> ids;
  double dia_sources = 0.0;
  std::vector<std::pair<ExposureIds, double>> seconds;
  bool of_processor = true;  ///< else of the wall's clock, with whatever ran beside
};

TimedExposures read_night(const std::string& night_json, const std::string& origin) {
  const auto json = nlohmann::json::parse(night_json, nullptr, false);
  if (!json.is_object() || !json.contains("exposures") || !json["exposures"].is_array())
    throw InputError(origin, "it is not the report of a night",
                     "make it with `skywright night SURVEY --json > night.json`");
  TimedExposures night;
  try {
    for (const auto& exposure : json["exposures"]) {
      if (exposure.at("code").get<int>() != 0 || exposure.value("was_done", false)) continue;
      const ExposureIds id{exposure.at("visit").get<std::int64_t>(),
                           exposure.at("detector").get<int>()};
      night.ids.insert(id);
      night.dia_sources += exposure.at("dia_sources").get<double>();
      const bool cpu = exposure.contains("cpu_seconds");
      night.of_processor = night.of_processor && cpu;
      double sum = 0.0;
      for (const auto& [step, seconds] : exposure.at(cpu ? "cpu_seconds" : "seconds").items())
        sum += seconds.get<double>();
      night.seconds.emplace_back(id, sum);
    }
  } catch (const nlohmann::json::exception& error) {
    throw InputError(origin,
                     fmt::format("an exposure of it lacks what a night reports: {}", error.what()),
                     "make it anew with `skywright night SURVEY --json > night.json`");
  }
  if (night.ids.empty())
    throw InputError(origin, "this night completed no exposure by itself",
                     "take the report of the launch that processed the frames");
  return night;
}

/// Bytes of the files of a kind that belong to the night's exposures.
struct KindBytes {
  double bytes = 0.0;
  std::size_t files = 0;
  double pixels = 0.0;
  [[nodiscard]] std::string seen(std::string_view below) const {
    return files == 0 ? fmt::format("no file below {}/", below)
                      : fmt::format("{} {} of {:.2f} MB in the mean below {}/", files,
                                    files == 1 ? "file" : "files",
                                    bytes / static_cast<double>(files) / 1e6, below);
  }
};

double bytes_below(const fs::path& folder, std::string_view suffix, std::size_t& files) {
  double bytes = 0.0;
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) return bytes;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_regular_file() || name.starts_with('.') || !name.ends_with(suffix)) continue;
    bytes += static_cast<double>(entry.file_size());
    ++files;
  }
  return bytes;
}

double ratio(double above, double below) { return below > 0 ? above / below : 0.0; }

}  // namespace

std::vector<MeasuredNumber> MeasuredNight::all() const {
  return {raw,        image,  difference, template_image, sources,
          detections, packet, prompt,     open_catalog,   seconds};
}

MeasuredNight measure_night(const fs::path& survey, const std::string& night_json,
                            const std::string& origin) {
  const SurveyConfig config = read_survey_config(survey);
  const instrument::Instrument instrument = survey_instrument(survey, config);
  std::map<int, double> pixels;
  for (const instrument::Detector& d : instrument.camera.detectors)
    pixels[d.id] = static_cast<double>(d.width) * d.height;
  const TimedExposures night = read_night(night_json, origin);

  const archive::Archive archive(survey, archive::OpenFor::reading);
  std::map<std::string, KindBytes> kinds;
  std::set<ExposureIds> alerted;
  for (const archive::DatasetKind& kind : archive::dataset_kinds()) {
    KindBytes& sum = kinds[std::string(kind.name)];
    for (const archive::DatasetRecord& record : archive.list({.kind = std::string(kind.name)})) {
      const ExposureIds id{record.key.id.visit, record.key.id.detector};
      if (kind.name == "alerts") alerted.insert(id);
      if (!night.ids.contains(id) || !pixels.contains(id.second)) continue;
      sum.bytes += static_cast<double>(record.bytes);
      sum.pixels += pixels[id.second];
      ++sum.files;
    }
  }
  if (kinds["image"].files == 0)
    throw InputError(origin, fmt::format("{} holds nothing of this night", survey.string()),
                     "name the survey that the night processed");

  MeasuredNight out;
  const auto per_pixel = [&](const std::string& name, const char* kind, const char* folder) {
    const KindBytes& sum = kinds[kind];
    return MeasuredNumber{name, ratio(sum.bytes, sum.pixels), "byte/pixel", sum.seen(folder)};
  };
  out.raw = per_pixel("raw frame", "raw", "raw");
  out.image = per_pixel("clean image", "image", "visit");
  out.difference = per_pixel("difference image", "difference", "difference");
  out.sources = per_pixel("catalog of an image", "sources", "visit");

  const std::string among =
      fmt::format("{:.0f} difference sources of {} exposures", night.dia_sources, night.ids.size());
  out.detections = {"catalog and stamps of a difference source",
                    ratio(kinds["diasources"].bytes + kinds["stamps"].bytes, night.dia_sources),
                    "byte", among};
  out.packet = {"alert packet", ratio(kinds["alerts"].bytes, night.dia_sources), "byte", among};

  const double mean_pixels = kinds["image"].pixels / static_cast<double>(kinds["image"].files);
  std::size_t templates = 0;
  const double template_bytes = bytes_below(survey / "coadd", ".fits", templates);
  out.template_image = {"template",
                        ratio(template_bytes, static_cast<double>(templates) * mean_pixels),
                        "byte/pixel", fmt::format("{} files below coadd/", templates)};
  std::size_t tables = 0;
  const double open_bytes = bytes_below(survey / "catalog", ".parquet", tables);
  out.open_catalog = {
      "open catalogs", ratio(open_bytes, static_cast<double>(alerted.size()) * mean_pixels),
      "byte/pixel",
      fmt::format("{} files below catalog/ for {} exposures", tables, alerted.size())};

  const fs::path place = prompt_database_of(survey, config);
  out.prompt = {"prompt database, a difference source with its history", 0.0, "byte",
                "it is on a server: not measured"};
  std::error_code ignored;
  if (config.database.empty() && fs::exists(place, ignored)) {
    const auto rows = static_cast<double>(
        database::open_prompt_database(place, sql::Access::read_only)->count("DiaSource"));
    out.prompt.value = ratio(static_cast<double>(fs::file_size(place)), rows);
    out.prompt.measurement =
        fmt::format("{} with {:.0f} difference sources", place.filename().string(), rows);
  }

  std::vector<double> rates;
  for (const auto& [id, seconds] : night.seconds)
    if (pixels.contains(id.second)) rates.push_back(seconds / (pixels[id.second] / 1e6));
  out.seconds = {
      "one core, raw to alerts", math::median(rates), "s/Mpixel",
      fmt::format("median of {} exposures, {} (of {})", rates.size(),
                  night.of_processor ? "processor time" : "time of the clock, with what ran beside",
                  origin)};
  return out;
}

}  // namespace skywright::pipelines
