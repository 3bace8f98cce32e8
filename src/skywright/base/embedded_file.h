/// Files that are part of the program (cmake/embed.cmake puts them there).
///
/// A module that embeds files declares, in its own detail/embedded_files.h,
///
///     namespace skywright::<module>::detail { std::span<const EmbeddedFile> embedded_files(); }
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace skywright {

struct EmbeddedFile {
  std::string_view name;     ///< file name without its folder
  std::string_view content;  ///< the bytes, followed by a zero; aligned to 64 bytes
};

/// The file of that name, or nullptr.
inline const EmbeddedFile* find_embedded(std::span<const EmbeddedFile> files,
                                         std::string_view name) {
  for (const EmbeddedFile& file : files)
    if (file.name == name) return &file;
  return nullptr;
}

}  // namespace skywright
