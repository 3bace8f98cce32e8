/// The files of a survey: published whole or not at all, found by key, listed in a registry that
/// can be rebuilt from the files alone.
///
///     const DatasetKey key = dataset_key({"image", visit, detector}, provenance);
///     if (!archive.contains(key)) {
///       archive.publish(key, provenance, [&](const path& file) { write(file, image); });
///     }
///
/// Safe to use from several threads; one process writes at a time (a lock file holds off a second).
/// Ranks that work for that one open the survey for publishing: they make files, and the writer
/// enters these into the registry by `adopt`.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "skywright/archive/dataset.h"
#include "skywright/base/execution.h"
#include "skywright/sql/database.h"

namespace skywright::archive {

namespace detail {
class WriterLock;
}

/// One published dataset, as its sidecar tells.
struct DatasetRecord {
  DatasetKey key;
  Provenance provenance;
  std::filesystem::path path;  ///< below the survey directory
  std::int64_t bytes = 0;
  std::string checksum;  ///< of the file
};

enum class OpenFor {
  reading,
  writing,
  publishing,  ///< files alone, beside the one process that writes: neither lock nor registry
};

/// What `Archive::verify` found wrong.
struct Damage {
  std::filesystem::path path;
  std::string problem;
};

class Archive {
 public:
  /// @param root a survey directory (it holds survey.toml)
  /// Opened for writing after a writer that was killed, it first removes the hidden temporary files
  /// that were left, and lists what was published but not yet listed.
  /// @throws InputError where it is none; StorageError where it cannot be written or another
  /// process
  ///         writes it
  Archive(std::filesystem::path root, OpenFor purpose);
  ~Archive();
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  [[nodiscard]] const std::filesystem::path& root() const { return root_; }
  [[nodiscard]] std::filesystem::path path_of(const DatasetKey& key) const {
    return root_ / relative_path(key);
  }

  /// Whether the dataset is finished: its file and its sidecar are there.
  [[nodiscard]] bool contains(const DatasetKey& key) const;

  /// Write a dataset under a temporary name by `write`, then make it appear. A dataset that is
  /// there already stays as it is. Nothing is left behind where `write` throws.
  /// @throws StorageError; std::logic_error where opened for reading
  /// Two processes that publish the same key at once do no harm: its bytes are the same.
  DatasetRecord publish(const DatasetKey& key, const Provenance& provenance,
                        const std::function<void(const std::filesystem::path&)>& write);

  /// Enter what another process published. Where the file system of a cluster shows it late, wait.
  /// @throws InputError where it is not there after `patience_s`; std::logic_error unless opened
  ///         for writing
  void adopt(const DatasetKey& key, double patience_s = 60.0);
  /// Another process may have left temporary files: the next writer looks for them, however this
  /// one ends.
  void expect_left_overs();

  /// Published datasets of a kind, oldest first; ids of -1 or empty match any.
  [[nodiscard]] std::vector<DatasetRecord> list(const DatasetId& pattern) const;
  /// The one published last among them.
  [[nodiscard]] std::optional<DatasetRecord> latest(const DatasetId& pattern) const;

  /// Check every file against its sidecar's checksum.
  [[nodiscard]] std::vector<Damage> verify(const Execution& execution) const;
  /// Make the registry anew from the sidecars. @return how many datasets it lists
  std::size_t rebuild();

 private:
  void open_registry();
  void clear_left_overs() const;
  void enter_unlisted();
  void enter(const DatasetRecord& record);
  void enter_if_writing(const DatasetRecord& record);

  std::filesystem::path root_;
  OpenFor purpose_;
  std::unique_ptr<detail::WriterLock> lock_;
  mutable std::mutex mutex_;
  mutable std::optional<sql::Database> registry_;
};

/// How many datasets a survey directory holds by their sidecars, whatever its registry says.
std::size_t published_datasets(const std::filesystem::path& root);

/// The sidecar of a dataset's file: `<file>.json`.
std::filesystem::path sidecar_path(const std::filesystem::path& file);
std::string sidecar_text(const DatasetRecord& record);
/// @throws InputError for text that is no sidecar
DatasetRecord parse_sidecar(std::string_view text, std::string_view origin);

}  // namespace skywright::archive
