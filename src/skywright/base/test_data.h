/// Where tests find real data that is not committed.
///
///     const auto path = SKYWRIGHT_TEST_DATA("images/sep_image.fits");
///
/// The folder is SKYWRIGHT_SHARED, by default `shared` beside the checkout, and in it `data`. Where
/// the file is missing the test fails if SKYWRIGHT_SHARED_REQUIRED=1 and is loudly skipped
/// otherwise. Values that another program computed are committed, in tests/reference:
///
///     EXPECT_NEAR(ours, reference_value("erfa.csv", "utctai"), 1e-12);
///
/// For tests only: no library includes this.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace skywright {

inline std::filesystem::path test_data_folder() {
  const char* named = std::getenv("SKYWRIGHT_SHARED");
  if (named != nullptr && *named != '\0') return std::filesystem::path(named) / "data";
  return std::filesystem::path(SKYWRIGHT_SOURCE_DIR).parent_path() / "shared" / "data";
}

inline bool test_data_required() {
  const char* required = std::getenv("SKYWRIGHT_SHARED_REQUIRED");
  return required != nullptr && std::string_view(required) == "1";
}

/// The value of a case in a file of tests/reference with lines "case,value".
inline double reference_value(std::string_view file, std::string_view wanted) {
  std::ifstream in(std::filesystem::path(SKYWRIGHT_SOURCE_DIR) / "tests" / "reference" / file);
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(std::string(wanted) + ","))
      return std::stod(line.substr(wanted.size() + 1));
  throw std::runtime_error("tests/reference/" + std::string(file) + " has no case " +
                           std::string(wanted));
}

}  // namespace skywright

/// The path of a data file; ends the test where it is missing. Use within a TEST body.
#define SKYWRIGHT_TEST_DATA(relative)                                                     \
  [&] { return ::skywright::test_data_folder() / (relative); }();                         \
  if (!std::filesystem::exists(::skywright::test_data_folder() / (relative))) {           \
    if (::skywright::test_data_required()) FAIL() << "missing real data: " << (relative); \
    GTEST_SKIP() << "SKIPPED for want of real data: " << (relative);                      \
  }
