#include "skywright/base/random_stream.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace skywright {
namespace {

// Known-answer vectors published with Random123 (kat_vectors, philox4x32 10 rounds).
TEST(Philox, MatchesPublishedVectors) {
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}),
            (std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (std::array<std::uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (std::array<std::uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(RandomStream, DependsOnSeedUnitAndPurpose) {
  auto a = RandomStream::for_unit(1, {2, 3}, "x");
  auto b = RandomStream::for_unit(1, {2, 3}, "x");
  const auto first = a.word64();
  EXPECT_EQ(first, b.word64());
  EXPECT_NE(first, RandomStream::for_unit(2, {2, 3}, "x").word64());
  EXPECT_NE(first, RandomStream::for_unit(1, {3, 2}, "x").word64());
  EXPECT_NE(first, RandomStream::for_unit(1, {2, 3}, "y").word64());
}

// Sums of n draws scatter by sqrt(variance / n): five standard deviations are allowed.
TEST(RandomStream, PoissonHasItsMeanAndVariance) {
  for (const double mean : {0.3, 3.0, 9.9, 10.1, 40.0, 1000.0}) {
    auto random = RandomStream::for_unit(7, {static_cast<std::int64_t>(mean * 10)}, "poisson");
    const int n = 200000;
    double sum = 0.0;
    double squares = 0.0;
    for (int i = 0; i < n; ++i) {
      const auto k = static_cast<double>(random.poisson(mean));
      sum += k - mean;
      squares += (k - mean) * (k - mean);
    }
    EXPECT_NEAR(sum / n, 0.0, 5.0 * std::sqrt(mean / n)) << mean;
    const double variance_error = std::sqrt((mean + 2.0 * mean * mean) / n);
    EXPECT_NEAR(squares / n, mean, 5.0 * variance_error) << mean;
  }
}

TEST(RandomStream, NormalHasItsMoments) {
  auto random = RandomStream::for_unit(11, {1}, "normal");
  std::vector<float> bulk(400001);
  random.fill_normal(bulk);
  double sum = 0.0;
  double squares = 0.0;
  double fourth = 0.0;
  for (const float x : bulk) {
    sum += x;
    squares += static_cast<double>(x) * x;
    fourth += std::pow(static_cast<double>(x), 4);
  }
  const double n = static_cast<double>(bulk.size());
  EXPECT_NEAR(sum / n, 0.0, 5.0 / std::sqrt(n));
  EXPECT_NEAR(squares / n, 1.0, 5.0 * std::sqrt(2.0 / n));
  EXPECT_NEAR(fourth / n, 3.0, 5.0 * std::sqrt(96.0 / n));
}

TEST(RandomStream, BelowIsUniform) {
  auto random = RandomStream::for_unit(13, {1}, "below");
  std::array<int, 7> counts{};
  for (int i = 0; i < 70000; ++i) ++counts[static_cast<std::size_t>(random.below(7))];
  for (const int c : counts) EXPECT_NEAR(c, 10000, 5.0 * std::sqrt(10000.0 * 6.0 / 7.0));
}

}  // namespace
}  // namespace skywright
