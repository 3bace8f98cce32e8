#include "skywright/pipelines/alert_inputs.h"

#include <algorithm>

#include "skywright/base/error.h"
#include "skywright/io/atomic_file.h"
#include "skywright/pipelines/alert_rows.h"

namespace skywright::pipelines {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_of(const fs::path& named) {
  if (!fs::exists(named))
    throw InputError(named.string(), "is not there", "name alert files, or a survey directory");
  if (!fs::is_directory(named)) return {named};
  if (fs::exists(named / "survey.toml")) return alert_files(named);
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(named))
    if (entry.is_regular_file() && entry.path().extension() == ".avro" &&
        !io::is_temporary(entry.path()))
      found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

std::vector<fs::path> alert_inputs(const std::vector<std::string>& named) {
  std::vector<fs::path> all;
  for (const std::string& name : named) {
    const std::vector<fs::path> files = files_of(name);
    if (files.empty())
      throw InputError(name, "holds no alerts",
                       "name alert files (.avro), or a survey's directory");
    all.insert(all.end(), files.begin(), files.end());
  }
  return all;
}

std::string filter_text(const std::string& given) {
  return given.starts_with('@') ? io::read_whole_file(given.substr(1)) : given;
}

}  // namespace skywright::pipelines
