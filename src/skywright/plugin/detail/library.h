/// A shared library with a kernel in it, loaded into this process.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "skywright/plugin/description.h"
#include "skywright/plugin/detail/frame.h"

namespace skywright::plugin::detail {

class Library {
 public:
  /// @throws InputError for what is no shared library of this machine's, or lacks a function
  explicit Library(std::filesystem::path path);
  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  /// What it wrote about itself.
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const Description& description() const { return description_; }

  /// Call the kernel's function. Rounding and other modes of the floating-point unit are after it
  /// what they were before.
  /// @param results room for frame.result_size() numbers
  [[nodiscard]] Answer call(const Frame& frame, double* results) const;

 private:
  [[nodiscard]] void* symbol(const char* name) const;

  std::filesystem::path path_;
  void* handle_ = nullptr;
  std::string text_;
  Description description_;
  void* function_ = nullptr;
};

/// The file and its kind, before anything of it runs.
/// @throws InputError for what cannot be a shared library of this machine's
void check_library_file(const std::filesystem::path& path);

}  // namespace skywright::plugin::detail
