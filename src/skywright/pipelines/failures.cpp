#include "skywright/pipelines/failures.h"

#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "skywright/config/json_text.h"
#include "skywright/io/atomic_file.h"

namespace skywright::pipelines {
namespace {

using Json = nlohmann::ordered_json;

std::filesystem::path failures_file(const std::filesystem::path& survey) {
  return survey / "failures.json";
}

}  // namespace

std::string exposure_unit(std::int64_t visit, int detector) {
  return fmt::format("night {} {}", visit, detector);
}

std::vector<Failure> read_failures(const std::filesystem::path& survey) {
  std::vector<Failure> out;
  if (!std::filesystem::exists(failures_file(survey))) return out;
  const Json json = Json::parse(io::read_whole_file(failures_file(survey)), nullptr, false);
  if (!json.is_array())
    throw InputError(failures_file(survey).string(), "it is not a list of failures",
                     "remove it; what fails again is noted again");
  for (const Json& entry : json)
    out.push_back({entry.value("unit", ""), static_cast<ExitCode>(entry.value("code", 1)),
                   entry.value("message", "")});
  return out;
}

void update_failures(const std::filesystem::path& survey, const std::vector<Failure>& failed,
                     const std::vector<std::string>& done) {
  std::map<std::string, Failure> by_unit;
  for (Failure& old : read_failures(survey)) by_unit[old.unit] = std::move(old);
  const std::size_t before = by_unit.size();
  for (const std::string& unit : done) by_unit.erase(unit);
  if (failed.empty() && by_unit.size() == before) return;
  for (const Failure& failure : failed) by_unit[failure.unit] = failure;
  if (by_unit.empty()) {  // a survey in which nothing failed, or all was mended, has no such file
    std::error_code error;
    std::filesystem::remove(failures_file(survey), error);
    if (error)
      throw StorageError(failures_file(survey).string(), error.message(),
                         "change the folder's permissions");
    return;
  }
  Json json = Json::array();
  for (const auto& [unit, failure] : by_unit)
    json.push_back(
        {{"unit", unit}, {"code", static_cast<int>(failure.code)}, {"message", failure.message}});
  io::write_whole_file(failures_file(survey), config::json_text(json, 1) + "\n");
}

}  // namespace skywright::pipelines
