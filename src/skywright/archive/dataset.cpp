#include "skywright/archive/dataset.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>
#include <xxhash.h>

#include "skywright/base/error.h"
#include "skywright/io/read_error.h"

namespace skywright::archive {
namespace {

class Hasher {
 public:
  Hasher() : state_(XXH3_createState(), &XXH3_freeState) { XXH3_128bits_reset(state_.get()); }
  void bytes(const void* data, std::size_t size) { XXH3_128bits_update(state_.get(), data, size); }
  /// Length first, so that neighbouring texts cannot run into each other.
  void text(std::string_view text) {
    const std::uint64_t size = text.size();
    bytes(&size, sizeof size);
    bytes(text.data(), text.size());
  }
  void number(std::int64_t value) { bytes(&value, sizeof value); }
  [[nodiscard]] std::string hex() const {
    const XXH128_hash_t h = XXH3_128bits_digest(state_.get());
    return fmt::format("{:016x}{:016x}", h.high64, h.low64);
  }

 private:
  std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state_;
};

const DatasetKind& kind_named(std::string_view name) {
  const auto& kinds = dataset_kinds();
  const auto it = std::find_if(kinds.begin(), kinds.end(),
                               [&](const DatasetKind& k) { return k.name == name; });
  if (it == kinds.end()) throw std::logic_error("no dataset kind " + std::string(name));
  return *it;
}

}  // namespace

DatasetKey dataset_key(DatasetId id, const Provenance& provenance) {
  Hasher hasher;
  hasher.text(id.kind);
  hasher.number(id.visit);
  hasher.number(id.detector);
  hasher.text(id.band);
  hasher.text(provenance.step);
  hasher.number(provenance.version);
  hasher.text(provenance.config);
  for (const std::string& input : provenance.inputs) hasher.text(input);
  return {std::move(id), hasher.hex()};
}

std::string file_checksum(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in || std::filesystem::is_directory(path))
    throw InputError(path.string(), "cannot be read", "check that it exists and its permissions");
  Hasher hasher;
  std::vector<char> buffer(1 << 20);
  while (in) {
    in.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    hasher.bytes(buffer.data(), static_cast<std::size_t>(in.gcount()));
  }
  if (!in.eof()) throw io::ReadError(path.string(), "cannot be read to its end");
  return hasher.hex();
}

std::string text_checksum(std::string_view text) {
  Hasher hasher;
  hasher.bytes(text.data(), text.size());
  return hasher.hex();
}

const std::vector<DatasetKind>& dataset_kinds() {
  static const std::vector<DatasetKind> kinds = {
      {"raw", "raw", ".fits.fz", "a frame as the camera wrote it"},
      {"image", "visit", ".fits", "clean image with variance, mask, PSF, WCS and zero point"},
      {"sources", "visit", ".sources.parquet", "sources of a clean image"},
      {"difference", "difference", ".fits", "difference image"},
      {"diasources", "difference", ".sources.parquet", "sources of a difference image"},
      {"stamps", "difference", ".stamps.fits", "cutouts around the sources of a difference image"},
      {"alerts", "alerts", ".avro", "alert packets"},
  };
  return kinds;
}

std::filesystem::path relative_path(const DatasetKey& key) {
  const DatasetId& id = key.id;
  const DatasetKind& kind = kind_named(id.kind);
  std::filesystem::path folder(kind.folder);
  if (id.kind == "raw") folder /= fmt::format("{}", id.night);
  folder /= fmt::format("{}", id.visit);
  std::string name = id.detector >= 0 ? fmt::format("{}", id.detector) : "all";
  if (id.kind != "raw") name += "." + key.hash.substr(0, 8);
  return folder / (name + std::string(kind.suffix));
}

}  // namespace skywright::archive
