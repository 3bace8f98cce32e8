/// Text files of any length, plain or gzipped, part by part.
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

namespace skywright::io {

/// Hands the file's text to `take` in order, in parts of some megabytes cut anywhere.
/// @throws InputError where it cannot be read or its compression is broken
void for_text_parts(const std::filesystem::path& file,
                    const std::function<void(std::string_view)>& take);

}  // namespace skywright::io
