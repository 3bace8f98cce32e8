#include "skywright/pipelines/alert_outlets.h"

#include <map>

namespace skywright::pipelines {

AlertOutlets::AlertOutlets(const std::filesystem::path& survey,
                           const std::vector<std::filesystem::path>& filters)
    : streams_(survey, filters) {}

void AlertOutlets::catch_up(const archive::Archive& archive, const Execution& execution) {
  if (streams_.empty()) return;
  // Of alerts that were made anew, by other settings, the last alone.
  std::map<std::pair<std::int64_t, int>, archive::DatasetRecord> last;
  for (archive::DatasetRecord& record : archive.list({.kind = "alerts"})) {
    const archive::DatasetId& id = record.key.id;
    last.insert_or_assign({id.visit, id.detector}, std::move(record));
  }
  std::vector<archive::DatasetRecord> all;
  for (auto& [id, record] : last) all.push_back(std::move(record));
  take(all, execution);
}

void AlertOutlets::take(const std::vector<archive::DatasetRecord>& alerts,
                        const Execution& execution) {
  std::vector<std::filesystem::path> files;
  files.reserve(alerts.size());
  for (const archive::DatasetRecord& record : alerts) files.push_back(record.path);
  streams_.take(files, execution);
}

}  // namespace skywright::pipelines
