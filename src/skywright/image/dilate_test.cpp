#include "skywright/image/dilate.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "skywright/base/random_stream.h"

namespace skywright::image {
namespace {

constexpr MaskBits kReplaced = bit(MaskPlane::interpolated);

Image<MaskBits> scattered(int width, int height, int pixels, const char* name) {
  Image<MaskBits> mask(width, height);
  auto random = RandomStream::for_unit(9, {}, name);
  for (int i = 0; i < pixels; ++i) {
    const auto x = static_cast<int>(random.uniform(0.0, width));
    const auto y = static_cast<int>(random.uniform(0.0, height));
    mask(x, y) |= i % 2 == 0 ? bit(MaskPlane::saturated) : bit(MaskPlane::cosmic_ray);
    if (i % 3 == 0) mask(x, y) |= kReplaced;
  }
  return mask;
}

/// The rule by its words.
Image<MaskBits> spread_plainly(const Image<MaskBits>& mask, const SpreadRule& rule) {
  Image<MaskBits> out(mask.width(), mask.height());
  for (int y = 0; y < mask.height(); ++y)
    for (int x = 0; x < mask.width(); ++x)
      for (int v = y - rule.half; v <= y + rule.half; ++v)
        for (int u = x - rule.half; u <= x + rule.half; ++u) {
          if (!mask.box().contains(u, v)) continue;
          const MaskBits m = mask(u, v);
          if ((m & rule.needs) == rule.needs && (m & rule.bars) == 0) out(x, y) |= m & rule.bits;
        }
  return out;
}

TEST(SpreadBits, EqualsItsPlainTwinForAnyRuleAndNumberOfThreads) {
  for (const int pixels : {3, 60, 3000}) {
    const Image<MaskBits> mask = scattered(90, 150, pixels, "spread");
    for (const SpreadRule& rule :
         {SpreadRule{.half = 0}, SpreadRule{.half = 3}, SpreadRule{.half = 20},
          SpreadRule{.bits = kUnusable, .bars = kReplaced, .half = 5},
          SpreadRule{.bits = kUnusable, .needs = kReplaced, .half = 2}}) {
      const Image<MaskBits> expected = spread_plainly(mask, rule);
      for (const int jobs : {1, 3}) {
        Image<MaskBits> out(mask.width(), mask.height());
        spread_bits(mask, rule, out.view(), Execution(jobs));
        EXPECT_TRUE(std::ranges::equal(out.pixels(), expected.pixels()))
            << pixels << " pixels, half " << rule.half;
      }
    }
  }
}

TEST(SpreadBits, LeavesWhatIsThere) {
  Image<MaskBits> mask(9, 9);
  mask(4, 4) = bit(MaskPlane::bad);
  Image<MaskBits> out(9, 9, bit(MaskPlane::edge));
  spread_bits(mask, {.half = 1}, out.view(), Execution());
  EXPECT_EQ(out(3, 5), bit(MaskPlane::edge) | bit(MaskPlane::bad));
  EXPECT_EQ(out(2, 5), bit(MaskPlane::edge));
}

}  // namespace
}  // namespace skywright::image
