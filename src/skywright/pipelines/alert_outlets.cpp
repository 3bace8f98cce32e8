#include "skywright/pipelines/alert_outlets.h"

#include <map>

namespace skywright::pipelines {

AlertOutlets::AlertOutlets(const std::filesystem::path& survey,
                           const std::vector<std::filesystem::path>& filters,
                           const std::string& kafka)
    : survey_(survey), streams_(survey, filters) {
  if (!kafka.empty()) sender_ = std::make_unique<AlertSender>(kafka, survey / "sent");
}

void AlertOutlets::catch_up(const archive::Archive& archive, const Execution& execution) {
  if (streams_.empty() && !sender_) return;
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
  if (!sender_) return;
  std::vector<AlertSender::File> offered;
  for (const std::filesystem::path& file : files)
    offered.push_back({survey_ / file, file.string()});
  sender_->offer(offered);
}

std::optional<AlertSender::State> AlertOutlets::finish(double patience_s,
                                                       const Execution& execution) {
  if (!sender_) return {};
  return sender_->finish(patience_s, execution);
}

}  // namespace skywright::pipelines
