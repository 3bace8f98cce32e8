#include <limits>

#include <gtest/gtest.h>

#include "skywright/base/random_stream.h"
#include "skywright/io/detail/rice_image.h"
#include "skywright/io/detail/tile_codec.h"

namespace skywright::io::detail {
namespace {

using image::Image;

/// Steps of every size from image to image, with single outliers; each needs another split.
Image<std::int32_t> stepping(int width, int height, double sigma) {
  Image<std::int32_t> out(width, height);
  RandomStream random = RandomStream::for_unit(3, {width, height}, "rice");
  for (auto& v : out.pixels()) {
    const double value = std::clamp(sigma * random.normal(), -2.1e9, 2.1e9);
    v = static_cast<std::int32_t>(value);
  }
  for (int i = 0; i < 20; ++i) {
    const auto x = static_cast<int>(random.uniform(0.0, width));
    const auto y = static_cast<int>(random.uniform(0.0, height));
    out(x, y) = i % 2 == 0 ? std::numeric_limits<std::int32_t>::max()
                           : std::numeric_limits<std::int32_t>::min();
  }
  return out;
}

// cfitsio is the oracle: the same header records and the same bytes.
TEST(Rice, ImagesAreCompressedBitForBitAsByCfitsio) {
  for (const double sigma : {0.0, 0.3, 1.0, 5.0, 300.0, 4e4, 1e7, 3e8, 4e9}) {
    for (const auto& [width, height] : {std::pair{300, 140}, {128, 128}, {1, 7}, {129, 1}}) {
      const Image<std::int32_t> pixels = stepping(width, height, sigma);
      const CompressedHdu theirs = compress(pixels, Compression::rice);
      const CompressedHdu ours = rice_image(pixels, kTileSide);
      EXPECT_EQ(ours.structure, theirs.structure) << sigma << ' ' << width;
      EXPECT_EQ(ours.bytes, theirs.bytes) << sigma << ' ' << width;
    }
  }
}

TEST(Rice, AConstantTileTakesFiveBitsABlock) {
  const Image<std::int32_t> zeros(128, 128);
  // 4 bytes of the first value and 512 blocks of 5 bits, behind a descriptor of 8 bytes.
  EXPECT_EQ(rice_image(zeros, kTileSide).bytes.size(), 8u + 4u + 512u * 5u / 8u);
}

TEST(Rice, ValuesComeBackFromAnyLengthOfTile) {
  RandomStream random = RandomStream::for_unit(4, {1}, "lengths");
  std::vector<std::uint8_t> stream;
  for (std::size_t length = 1; length < 200; ++length) {
    std::vector<std::int32_t> values(length);
    for (auto& v : values) v = static_cast<std::int32_t>(random.uniform(-50.0, 5e6));
    stream.clear();
    encode_rice(values, stream);
    std::vector<std::int32_t> back(length);
    ASSERT_TRUE(decode_rice(stream, 4, 32, back));
    ASSERT_EQ(values, back);
  }
}

}  // namespace
}  // namespace skywright::io::detail
