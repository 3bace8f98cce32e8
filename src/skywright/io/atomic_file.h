/// Files that appear whole or not at all.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace skywright::io {

/// A name beside `target` to write under: same folder, hidden, with process and counter.
/// No file of that name is there: in a container each run may have the process number of one that
/// was killed.
std::filesystem::path temporary_beside(const std::filesystem::path& target);
/// Whether a file's name is one that `temporary_beside` gives.
bool is_temporary(const std::filesystem::path& path);

/// fsync the file, rename it over `target`, fsync the folder. @throws StorageError
void publish_replacing(const std::filesystem::path& temporary, const std::filesystem::path& target);

/// As above, but an existing `target` stays as it is: returns false and removes the temporary.
bool publish_new(const std::filesystem::path& temporary, const std::filesystem::path& target);

/// Write text or bytes whole. @throws StorageError (unwritable, full), naming path and reason
void write_whole_file(const std::filesystem::path& target, std::string_view content);
/// The same for content that comes in parts: `produce` hands each to its argument, in order.
using TakePart = std::function<void(std::string_view)>;
void write_whole_file(const std::filesystem::path& target,
                      const std::function<void(const TakePart&)>& produce);
/// @throws InputError where it cannot be opened, ReadError where the disk does not deliver it
std::string read_whole_file(const std::filesystem::path& path);

}  // namespace skywright::io
