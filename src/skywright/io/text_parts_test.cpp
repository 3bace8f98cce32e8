#include "skywright/io/text_parts.h"

#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <zlib.h>

#include "skywright/base/error.h"
#include "skywright/io/test_folder.h"

namespace skywright::io {
namespace {

std::string all_of(const std::filesystem::path& file) {
  std::string text;
  for_text_parts(file, [&](std::string_view part) { text += part; });
  return text;
}

TEST(TextParts, PlainAndGzippedAreTheSameAndBrokenOnesAreRefused) {
  const TestFolder folder;
  std::string text;
  for (int i = 0; i < 30000; ++i) text += "line " + std::to_string(i) + "\n";
  std::ofstream(folder / "plain.txt") << text;
  const auto packed = folder / "packed.txt.gz";
  gzFile out = gzopen(packed.c_str(), "wb");
  ASSERT_GT(gzwrite(out, text.data(), static_cast<unsigned>(text.size())), 0);
  gzclose(out);
  EXPECT_EQ(all_of(folder / "plain.txt"), text);
  EXPECT_EQ(all_of(packed), text);
  std::filesystem::resize_file(packed, std::filesystem::file_size(packed) / 2);
  EXPECT_THROW(all_of(packed), InputError);
  EXPECT_THROW(all_of(folder / "none.txt"), InputError);
}

}  // namespace
}  // namespace skywright::io
