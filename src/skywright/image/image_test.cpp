#include "skywright/image/image.h"

#include <type_traits>

#include <gtest/gtest.h>

#include "skywright/image/masked_image.h"

namespace skywright::image {
namespace {

// Const is deep: these conversions must not exist.
static_assert(std::is_convertible_v<ImageView<float>, ImageView<const float>>);
static_assert(!std::is_convertible_v<ImageView<const float>, ImageView<float>>);
static_assert(!std::is_convertible_v<const Image<float>&, ImageView<float>>);
static_assert(
    std::is_same_v<decltype(std::declval<const Image<float>&>().view()), ImageView<const float>>);

TEST(Image, RowsRunAlongX) {
  Image<int> image(3, 2);
  for (int y = 0; y < 2; ++y)
    for (int x = 0; x < 3; ++x) image(x, y) = 10 * y + x;
  EXPECT_EQ(image.pixels()[4], 11);
  const auto part = image.view().part({1, 0, 2, 2});
  EXPECT_EQ(part(1, 1), 12);
  EXPECT_FALSE(part.contiguous());
}

TEST(Image, ACopyOwnsItsPixelsAndAMoveLeavesNone) {
  Image<float> a(4, 4, 1.0F);
  Image<float> b = a;
  b(0, 0) = 2.0F;
  EXPECT_EQ(a(0, 0), 1.0F);
  const Image<float> c = std::move(a);
  EXPECT_EQ(c(3, 3), 1.0F);
  EXPECT_TRUE(a.empty());  // NOLINT(bugprone-use-after-move)
}

TEST(Box, IntersectionOfDisjointBoxesIsEmpty) {
  EXPECT_TRUE((Box{0, 0, 2, 2}.intersection({5, 0, 2, 2}).empty()));
  EXPECT_EQ((Box{0, 0, 4, 4}.intersection({2, 1, 9, 2})), (Box{2, 1, 2, 2}));
}

TEST(MaskPlane, NamesGoBothWays) {
  for (const MaskPlane plane : all_mask_planes())
    EXPECT_EQ(mask_plane_named(mask_plane_name(plane)), plane);
  EXPECT_FALSE(mask_plane_named("NOT_A_PLANE").has_value());
}

}  // namespace
}  // namespace skywright::image
