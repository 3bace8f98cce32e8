#include "skywright/archive/archive.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <set>
#include <thread>

#include <fmt/format.h>

#include "skywright/archive/detail/writer_lock.h"
#include "skywright/base/error.h"
#include "skywright/io/atomic_file.h"

namespace skywright::archive {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kSchema = R"(
CREATE TABLE IF NOT EXISTS dataset (
  sequence INTEGER PRIMARY KEY,
  kind TEXT NOT NULL, visit INTEGER NOT NULL, detector INTEGER NOT NULL, band TEXT NOT NULL,
  night INTEGER NOT NULL, hash TEXT NOT NULL, path TEXT NOT NULL UNIQUE, bytes INTEGER NOT NULL,
  checksum TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS dataset_by_id ON dataset(kind, visit, detector, band);
)";

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw StorageError(folder.string(), error.message(), "free space or change its permissions");
}

/// Removes a temporary file unless it was published.
class Temporary {
 public:
  explicit Temporary(const fs::path& target) : path_(io::temporary_beside(target)) {}
  ~Temporary() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::vector<fs::path> sidecars_below(const fs::path& root) {
  std::vector<fs::path> found;
  for (const DatasetKind& kind : dataset_kinds()) {
    const fs::path folder = root / kind.folder;
    if (!fs::is_directory(folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      std::error_code ignored;
      if (entry.is_regular_file(ignored) && entry.path().extension() == ".json" &&
          !entry.path().filename().string().starts_with('.'))
        found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

DatasetRecord record_at(const fs::path& sidecar) {
  return parse_sidecar(io::read_whole_file(sidecar), sidecar.string());
}

}  // namespace

Archive::Archive(fs::path root, OpenFor purpose) : root_(std::move(root)), purpose_(purpose) {
  if (!fs::exists(root_ / "survey.toml")) {
    throw InputError(root_.string(), "not a survey directory (it holds no survey.toml)",
                     "make one by `skywright survey init`");
  }
  if (purpose_ == OpenFor::writing) {
    lock_ = std::make_unique<detail::WriterLock>(root_);
    if (lock_->was_cut_off()) clear_left_overs();
  }
  if (purpose_ != OpenFor::publishing) open_registry();
  if (lock_ && lock_->was_cut_off()) enter_unlisted();
}

Archive::~Archive() = default;

/// calib/, coadd/, reference/ and incoming/ are others' to write, so they are left alone.
void Archive::clear_left_overs() const {
  for (const DatasetKind& kind : dataset_kinds()) detail::remove_temporaries(root_ / kind.folder);
  detail::remove_temporaries(root_ / "catalog");
  for (const auto& entry : fs::directory_iterator(root_)) {
    std::error_code ignored;
    if (entry.is_regular_file(ignored) && io::is_temporary(entry.path()))
      fs::remove(entry.path(), ignored);
  }
}

void Archive::open_registry() {
  const fs::path file = root_ / "registry.sqlite";
  const bool fresh = !fs::exists(file);
  if (purpose_ == OpenFor::writing) {
    registry_.emplace(file, sql::DatabaseOptions{.access = sql::Access::create});
    registry_->execute(kSchema);
    if (fresh) rebuild();
  } else if (fresh) {
    registry_ = sql::Database::in_memory();
    registry_->execute(kSchema);
    rebuild();
  } else {
    registry_.emplace(file, sql::DatabaseOptions{});
  }
}

/// What was published just before a writer, or a rank of its launch, was killed.
void Archive::enter_unlisted() {
  const table::Table rows = registry_->query("SELECT path FROM dataset");
  const auto& listed = rows.column<std::string>("path");
  const std::set<std::string> known(listed.begin(), listed.end());
  for (const fs::path& sidecar : sidecars_below(root_)) {
    std::string file = sidecar.lexically_relative(root_).string();
    file.resize(file.size() - std::string_view(".json").size());
    if (known.contains(file)) continue;
    try {
      enter(record_at(sidecar));
    } catch (const InputError&) {
      continue;  // a damaged sidecar is for `verify` to tell, not for a night to stop at
    }
  }
}

bool Archive::contains(const DatasetKey& key) const {
  const fs::path file = path_of(key);
  return fs::exists(file) && fs::exists(sidecar_path(file));
}

DatasetRecord Archive::publish(const DatasetKey& key, const Provenance& provenance,
                               const std::function<void(const fs::path&)>& write) {
  if (purpose_ == OpenFor::reading) throw std::logic_error("archive was opened for reading");
  const fs::path target = path_of(key);
  make_folder(target.parent_path());
  if (contains(key)) {
    DatasetRecord record = record_at(sidecar_path(target));
    enter_if_writing(record);
    return record;
  }
  const Temporary file(target);
  write(file.path());
  DatasetRecord record{key, provenance, relative_path(key), 0, file_checksum(file.path())};
  record.bytes = static_cast<std::int64_t>(fs::file_size(file.path()));
  // A file without its sidecar was cut off between the two, or another rank is between them now:
  // replaced by the same bytes, it is never gone.
  if (fs::exists(target))
    io::publish_replacing(file.path(), target);
  else
    io::publish_new(file.path(), target);
  io::write_whole_file(sidecar_path(target), sidecar_text(record));
  enter_if_writing(record);
  return record;
}

void Archive::enter_if_writing(const DatasetRecord& record) {
  if (purpose_ != OpenFor::writing) return;
  const std::scoped_lock hold(mutex_);
  enter(record);
}

void Archive::adopt(const DatasetKey& key, double patience_s) {
  if (purpose_ != OpenFor::writing) throw std::logic_error("archive was not opened for writing");
  using Clock = std::chrono::steady_clock;
  const auto until = Clock::now() + std::chrono::duration<double>(patience_s);
  while (!contains(key)) {
    if (Clock::now() > until)
      throw InputError(path_of(key).string(), "another rank made it, but it is not to be seen here",
                       "let all ranks see the survey directory under the same path");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  enter_if_writing(record_at(sidecar_path(path_of(key))));
}

void Archive::expect_left_overs() {
  if (lock_) lock_->expect_left_overs();
}

void Archive::enter(const DatasetRecord& record) {
  const DatasetId& id = record.key.id;
  auto statement = registry_->prepare(
      "INSERT OR IGNORE INTO dataset(kind, visit, detector, band, night, hash, path, bytes, "
      "checksum) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  statement.bind(id.kind, id.visit, std::int64_t{id.detector}, id.band, std::int64_t{id.night},
                 record.key.hash, record.path.string(), record.bytes, record.checksum);
  statement.run();
}

std::vector<DatasetRecord> Archive::list(const DatasetId& pattern) const {
  const std::scoped_lock hold(mutex_);
  const table::Table rows = registry_->query(
      "SELECT path FROM dataset WHERE kind = ?1 AND (?2 = -1 OR visit = ?2) AND "
      "(?3 = -1 OR detector = ?3) AND (?4 = '' OR band = ?4) ORDER BY sequence",
      pattern.kind, pattern.visit, std::int64_t{pattern.detector}, pattern.band);
  std::vector<DatasetRecord> records;
  for (const std::string& path : rows.column<std::string>("path")) {
    const fs::path sidecar = sidecar_path(root_ / path);
    // What was removed by hand is no longer there, whatever the registry says.
    if (fs::exists(sidecar) && fs::exists(root_ / path)) records.push_back(record_at(sidecar));
  }
  return records;
}

std::optional<DatasetRecord> Archive::latest(const DatasetId& pattern) const {
  auto records = list(pattern);
  if (records.empty()) return {};
  return std::move(records.back());
}

std::vector<Damage> Archive::verify(const Execution& execution) const {
  const std::vector<fs::path> sidecars = sidecars_below(root_);
  std::vector<std::string> problems(sidecars.size());
  std::atomic<std::size_t> done = 0;
  execution.for_each(sidecars.size(), [&](std::size_t i) {
    const fs::path file = sidecars[i].string().substr(0, sidecars[i].string().size() - 5);
    try {
      const DatasetRecord record = record_at(sidecars[i]);
      if (!fs::exists(file))
        problems[i] = "the file is missing";
      else if (file_checksum(file) != record.checksum)
        problems[i] = "the checksum differs from the sidecar's";
      else if (root_ / record.path != file)
        problems[i] = "the sidecar describes another file";
    } catch (const Error& error) {
      problems[i] = error.what();
    }
    execution.report("verify", ++done, sidecars.size());
  });
  std::vector<Damage> damages;
  for (std::size_t i = 0; i < sidecars.size(); ++i) {
    if (!problems[i].empty()) damages.push_back({sidecars[i], problems[i]});
  }
  return damages;
}

std::size_t published_datasets(const fs::path& root) { return sidecars_below(root).size(); }

std::size_t Archive::rebuild() {
  struct Found {
    fs::file_time_type time;
    DatasetRecord record;
  };
  std::vector<Found> found;
  for (const fs::path& sidecar : sidecars_below(root_))
    found.push_back({fs::last_write_time(sidecar), record_at(sidecar)});
  std::stable_sort(found.begin(), found.end(),
                   [](const Found& a, const Found& b) { return a.time < b.time; });
  const std::scoped_lock hold(mutex_);
  sql::Transaction change(*registry_);
  registry_->execute("DELETE FROM dataset");
  for (const Found& f : found) enter(f.record);
  change.commit();
  return found.size();
}

}  // namespace skywright::archive
