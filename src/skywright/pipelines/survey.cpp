#include "skywright/pipelines/survey.h"

#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "skywright/base/error.h"
#include "skywright/config/json_text.h"
#include "skywright/config/toml_config.h"
#include "skywright/database/prompt_database.h"
#include "skywright/io/atomic_file.h"
#include "skywright/pipelines/read_raw.h"

namespace skywright::pipelines {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw StorageError(folder.string(), error.message(), "free space or change its permissions");
}

bool is_calibration(const fs::path& raw, const instrument::Instrument& instrument) {
  try {
    return read_raw_info(raw, instrument).kind != instrument::ExposureKind::science;
  } catch (const InputError&) {
    return false;  // damaged since: it is missing until a night says so
  }
}

/// "ok", or what SQLite finds wrong.
std::string consistency(const fs::path& file) {
  try {
    const sql::Database database(file);
    sql::Statement check = database.prepare("PRAGMA quick_check(1)");
    return check.step() ? check.text(0) : "no answer";
  } catch (const Error& error) {
    return error.what();
  }
}

/// Headers are read of those raws alone that have no alerts and did not fail.
ExposureCounts count_exposures(const archive::Archive& archive,
                               const instrument::Instrument& instrument,
                               const std::vector<Failure>& failures) {
  std::set<std::pair<std::int64_t, int>> alerted;
  for (const archive::DatasetRecord& record : archive.list({.kind = "alerts"}))
    alerted.insert({record.key.id.visit, record.key.id.detector});
  std::set<std::string> failed;
  for (const Failure& failure : failures) failed.insert(failure.unit);
  ExposureCounts counts;
  for (const archive::DatasetRecord& raw : archive.list({.kind = "raw"})) {
    const ExposureId id{raw.key.id.visit, raw.key.id.detector};
    if (failed.contains(exposure_unit(id.visit, id.detector))) {
      ++counts.failed;
    } else if (alerted.contains({id.visit, id.detector})) {
      ++counts.done;
    } else if (is_calibration(archive.root() / raw.path, instrument)) {
      ++counts.calibration;
    } else {
      counts.missing.push_back(id);
    }
  }
  return counts;
}

}  // namespace

void init_survey(const fs::path& survey, SurveyConfig config, const fs::path& camera_file) {
  if (fs::exists(survey / "survey.toml"))
    throw ConfigError(survey.string(), "is a survey already", "name another folder");
  std::string camera;
  if (!camera_file.empty()) {
    camera = io::read_whole_file(camera_file);
    (void)instrument::parse_instrument(camera, camera_file.string());
    config.instrument = "instrument.toml";
  } else {
    (void)instrument::load_instrument(config.instrument);
  }
  check_fields(config);
  for (const char* folder : {"incoming", "calib", "coadd", "reference"})
    make_folder(survey / folder);
  if (!camera.empty()) io::write_whole_file(survey / config.instrument, camera);
  // Last, because it is what makes the folder a survey.
  io::write_whole_file(survey / "survey.toml",
                       config::to_toml(config, config::TomlWriter::Comments::descriptions));
  const archive::Archive archive(survey, archive::OpenFor::writing);
}

SurveyStatus survey_status(const fs::path& survey) {
  SurveyStatus status;
  status.config = read_survey_config(survey);
  const archive::Archive archive(survey, archive::OpenFor::reading);
  for (const archive::DatasetKind& kind : archive::dataset_kinds()) {
    archive::DatasetId pattern;
    pattern.kind = std::string(kind.name);
    for (const archive::DatasetRecord& record : archive.list(pattern)) {
      ++status.datasets[pattern.kind];
      status.bytes[pattern.kind] += record.bytes;
    }
  }
  std::error_code ignored;
  if (fs::is_directory(survey / "incoming"))
    for (const auto& entry : fs::recursive_directory_iterator(survey / "incoming"))
      if (entry.is_regular_file(ignored) && !entry.path().filename().string().starts_with('.'))
        ++status.incoming;
  const std::string place = prompt_database_of(survey, status.config);
  if (!status.config.database.empty() || fs::exists(place)) {
    try {
      const auto prompt = database::open_prompt_database(place, sql::Access::read_only);
      for (const database::TableSpec& table : database::prompt_tables())
        status.prompt[std::string(table.name)] = prompt->count(table.name);
    } catch (const InputError& error) {
      status.prompt_problem = error.what();
    }
  }
  status.failures = read_failures(survey);
  status.exposures =
      count_exposures(archive, survey_instrument(survey, status.config), status.failures);
  return status;
}

std::string SurveyStatus::text() const {
  std::string out = fmt::format("{} ({})\n", config.name, config.instrument);
  out += fmt::format("{:<14} {:>8}\n", "incoming", incoming);
  for (const archive::DatasetKind& kind : archive::dataset_kinds()) {
    const auto it = datasets.find(std::string(kind.name));
    if (it == datasets.end()) continue;
    out += fmt::format("{:<14} {:>8} {:>10.1f} MB  {}\n", kind.name, it->second,
                       static_cast<double>(bytes.at(it->first)) / 1e6, kind.describes);
  }
  for (const auto& [table, rows] : prompt) out += fmt::format("{:<18} {:>12} rows\n", table, rows);
  if (!prompt_problem.empty()) out += fmt::format("prompt database: {}\n", prompt_problem);
  out += fmt::format("science frames: {} done, {} failed, {} missing; calibration frames: {}\n",
                     exposures.done, exposures.failed, exposures.missing.size(),
                     exposures.calibration);
  for (std::size_t i = 0; i < exposures.missing.size(); ++i) {
    constexpr std::size_t kShown = 10;
    if (i == kShown) {
      out += fmt::format("  and {} more\n", exposures.missing.size() - kShown);
      break;
    }
    out += fmt::format("  missing: visit {} detector {}\n", exposures.missing[i].visit,
                       exposures.missing[i].detector);
  }
  out += failures.empty() ? "nothing failed\n" : fmt::format("{} failed:\n", failures.size());
  for (const Failure& failure : failures)
    out += fmt::format("  {} (code {}): {}\n", failure.unit, static_cast<int>(failure.code),
                       failure.message);
  return out;
}

std::string SurveyStatus::json() const {
  Json out;
  out["name"] = config.name;
  out["instrument"] = config.instrument;
  out["incoming"] = incoming;
  out["datasets"] = datasets;
  out["bytes"] = bytes;
  out["prompt"] = prompt;
  if (!prompt_problem.empty()) out["prompt_problem"] = prompt_problem;
  out["exposures"] = {{"done", exposures.done},
                      {"failed", exposures.failed},
                      {"missing", Json::array()},
                      {"calibration", exposures.calibration}};
  for (const ExposureId& id : exposures.missing)
    out["exposures"]["missing"].push_back({{"visit", id.visit}, {"detector", id.detector}});
  out["failures"] = Json::array();
  for (const Failure& failure : failures)
    out["failures"].push_back({{"unit", failure.unit},
                               {"code", static_cast<int>(failure.code)},
                               {"message", failure.message}});
  return config::json_text(out);
}

SurveyCheck verify_survey(const fs::path& survey, const Execution& execution) {
  const archive::Archive archive(survey, archive::OpenFor::reading);
  SurveyCheck check;
  for (const archive::DatasetKind& kind : archive::dataset_kinds()) {
    archive::DatasetId pattern;
    pattern.kind = std::string(kind.name);
    check.datasets += archive.list(pattern).size();
  }
  check.damages = archive.verify(execution);
  for (const char* name : {"registry.sqlite", "prompt.sqlite"}) {
    const fs::path file = survey / name;
    if (!fs::exists(file)) continue;
    if (const std::string found = consistency(file); found != "ok")
      check.damages.push_back({file, found});
  }
  return check;
}

std::string SurveyCheck::text() const {
  std::string out;
  for (const archive::Damage& damage : damages)
    out += fmt::format("{}: {}\n", damage.path.string(), damage.problem);
  return out + (damages.empty() ? fmt::format("{} datasets, all as they were published\n", datasets)
                                : fmt::format("{} damaged\n", damages.size()));
}

std::string SurveyCheck::json() const {
  Json out;
  out["datasets"] = datasets;
  out["damages"] = Json::array();
  for (const archive::Damage& damage : damages)
    out["damages"].push_back({{"path", damage.path.string()}, {"problem", damage.problem}});
  return config::json_text(out);
}

std::size_t rebuild_survey(const fs::path& survey) {
  return archive::Archive(survey, archive::OpenFor::writing).rebuild();
}

}  // namespace skywright::pipelines
