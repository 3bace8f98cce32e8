#include "skywright/pipelines/alert_streams.h"

#include <algorithm>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/base/hash.h"
#include "skywright/io/atomic_file.h"
#include "skywright/pipelines/filter_alerts.h"

namespace skywright::pipelines {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> filters_in(const fs::path& folder) {
  std::vector<fs::path> found;
  if (!fs::is_directory(folder)) return found;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".filter" && !io::is_temporary(entry.path()))
      found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

AlertStreams::AlertStreams(fs::path survey, const std::vector<fs::path>& filters)
    : survey_(std::move(survey)) {
  std::vector<fs::path> files = filters_in(survey_ / "filters");
  files.insert(files.end(), filters.begin(), filters.end());
  const alerts::AvroSchema schema(alerts::alert_schema_json());
  for (const fs::path& file : files) {
    std::string text = io::read_whole_file(file);
    (void)alerts::AlertFilter(text, schema);  // before the night, not at its first alert
    const std::string name = file.stem().string();
    for (const Stream& other : streams_)
      if (other.count.name == name)
        throw ConfigError(file.string(), "a second filter of the name " + name,
                          "a stream is named after its filter's file: give it another name");
    std::string suffix = fmt::format("{:016x}", text_hash(text)).substr(0, 8);
    streams_.push_back({std::move(text), std::move(suffix), {.name = name}});
  }
}

void AlertStreams::take(const std::vector<fs::path>& alert_files, const Execution& execution) {
  for (Stream& stream : streams_) {
    for (const fs::path& file : alert_files) {
      const fs::path folder =
          survey_ / "streams" / stream.count.name / file.parent_path().filename();
      const fs::path target =
          folder / fmt::format("{}.{}.avro", file.stem().string(), stream.suffix);
      if (fs::exists(target)) continue;
      std::error_code error;
      fs::create_directories(folder, error);
      if (error)
        throw StorageError(folder.string(), "cannot be made, " + error.message(),
                           "check the survey's folder, then run the night again");
      const FilteredAlerts kept =
          filter_alerts({survey_ / file}, stream.text, target, Execution(execution.jobs()));
      stream.count.seen += kept.seen;
      stream.count.kept += kept.ids.size();
    }
  }
}

std::vector<StreamCount> AlertStreams::counts() const {
  std::vector<StreamCount> out;
  for (const Stream& stream : streams_) out.push_back(stream.count);
  return out;
}

}  // namespace skywright::pipelines
