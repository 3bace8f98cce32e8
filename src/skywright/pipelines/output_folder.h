/// Folders that products go to.
#pragma once

#include <filesystem>
#include <string>

namespace skywright::pipelines {

/// Make a folder and those above it where they are missing. @throws StorageError
void make_output_folder(const std::filesystem::path& folder);

/// A file's name without .fits, .fit, .fz and .gz.
std::string frame_stem(const std::filesystem::path& path);

}  // namespace skywright::pipelines
