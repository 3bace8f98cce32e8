/// What identifies a file of a survey, and whence it came.
///
/// A dataset's key is its kind, the ids that matter to it, and a hash of the step that made it: the
/// step's own version, its config and the keys of its inputs. The same key always means the same
/// bytes (docs/architecture.md), so finished work is recognised by asking whether the key exists.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace skywright::archive {

/// Kind and ids. Ids that do not matter to a kind are -1 or empty.
struct DatasetId {
  std::string kind = {};  ///< one of `dataset_kinds()`
  std::int64_t visit = -1;
  int detector = -1;
  std::string band = {};
  int night = -1;  ///< YYYYMMDD of the local noon before, for raw frames alone

  friend auto operator<=>(const DatasetId&, const DatasetId&) = default;
};

/// How a dataset was made.
struct Provenance {
  std::string step;                 ///< "detrend"
  int version = 1;                  ///< the step's own, raised when its reference bytes change
  std::string config;               ///< TOML of the settings that it ran with
  std::vector<std::string> inputs;  ///< hashes of the keys of its inputs, in a fixed order
};

struct DatasetKey {
  DatasetId id;
  std::string hash;  ///< 32 hexadecimal digits

  friend auto operator<=>(const DatasetKey&, const DatasetKey&) = default;
};

/// XXH3-128 of ids and provenance (the hash that archives of files use for speed; it guards against
/// accidents, not against forgery).
DatasetKey dataset_key(DatasetId id, const Provenance& provenance);

/// XXH3-128 of a file's bytes, 32 hexadecimal digits. @throws InputError where it cannot be
/// opened, io::ReadError where the disk does not deliver it
std::string file_checksum(const std::filesystem::path& path);
std::string text_checksum(std::string_view text);

/// Where a kind of dataset lies in a survey directory, and what its files end in.
struct DatasetKind {
  std::string_view name;
  std::string_view folder;     ///< "visit": below it one folder a visit where the kind has visits
  std::string_view suffix;     ///< ".fits"
  std::string_view describes;  ///< for people
};
const std::vector<DatasetKind>& dataset_kinds();

/// Path below the survey directory: `visit/<visit>/<detector>.<hash's first 8>.fits`; raw frames,
/// which exist once, carry no hash: `raw/<night>/<visit>/<detector>.fits.fz`.
/// @throws std::logic_error for a kind that is not known
std::filesystem::path relative_path(const DatasetKey& key);

}  // namespace skywright::archive
