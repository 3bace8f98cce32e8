#include "skywright/pipelines/output_folder.h"

#include <string>

#include "skywright/base/error.h"

namespace skywright::pipelines {

void make_output_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error || !std::filesystem::is_directory(folder))
    throw StorageError(folder.string(), error ? error.message() : "it is no folder",
                       "name a folder that can be written");
}

std::string frame_stem(const std::filesystem::path& path) {
  std::string name = path.filename().string();
  for (const std::string_view ending : {".gz", ".fz", ".fits", ".fit", ".fts"})
    if (name.ends_with(ending) && name.size() > ending.size())
      name.resize(name.size() - ending.size());
  return name;
}

}  // namespace skywright::pipelines
