#include "skywright/base/random_fill.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace skywright {
namespace {

TEST(RandomField, VectorCodeGivesTheBitsOfThePlainTwin) {
  const auto field = RandomField::for_unit(7, {1, 2}, "test");
  std::vector<float> fast(64 * 50 + 37);
  std::vector<float> plain(fast.size());
  for (const std::uint64_t first :
       {std::uint64_t{0}, std::uint64_t{640}, std::uint64_t{64} << 34}) {
    field.normals(first, fast);
    reference::normals(field, first, plain);
    EXPECT_EQ(fast, plain);
    std::vector<float> mean(fast.size());
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] = 0.37F * static_cast<float>(i);
    field.poisson(first, mean, fast);
    reference::poisson(field, first, mean, plain);
    EXPECT_EQ(fast, plain);
  }
}

TEST(RandomField, ANumberDependsOnItsIndexAlone) {
  const auto field = RandomField::for_unit(7, {1, 2}, "test");
  std::vector<float> whole(1024);
  field.normals(0, whole);
  std::vector<float> part(100);
  field.normals(640, part);
  EXPECT_TRUE(std::equal(part.begin(), part.end(), whole.begin() + 640));
}

TEST(RandomField, NormalsHaveTheMomentsAndTailsOfANormalDistribution) {
  constexpr std::size_t n = 4'000'000;
  std::vector<float> z(n);
  RandomField::for_unit(11, {}, "moments").normals(0, z);
  double m1 = 0.0, m2 = 0.0, m3 = 0.0, m4 = 0.0, lag = 0.0, beyond4 = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    const double v = static_cast<double>(z[i]);
    m1 += v;
    m2 += v * v;
    m3 += v * v * v;
    m4 += v * v * v * v;
    beyond4 += std::abs(v) > 4.0 ? 1.0 : 0.0;
    if (i + 16 < n) lag += v * static_cast<double>(z[i + 16]);  // sine and cosine of one angle
  }
  // Five standard errors of each statistic.
  const double root = std::sqrt(static_cast<double>(n));
  EXPECT_NEAR(m1 / n, 0.0, 5.0 / root);
  EXPECT_NEAR(m2 / n, 1.0, 5.0 * std::sqrt(2.0) / root);
  EXPECT_NEAR(m3 / n, 0.0, 5.0 * std::sqrt(15.0) / root);
  EXPECT_NEAR(m4 / n, 3.0, 5.0 * std::sqrt(96.0) / root);
  EXPECT_NEAR(lag / n, 0.0, 5.0 / root);
  const double expected = n * std::erfc(4.0 / std::sqrt(2.0));
  EXPECT_NEAR(beyond4, expected, 5.0 * std::sqrt(expected));
}

/// Chi-squared of the counts against the exact Poisson probabilities.
void expect_poisson(float mean, std::uint64_t seed) {
  constexpr std::size_t n = 2'000'000;
  const std::vector<float> means(n, mean);
  std::vector<float> counts(n);
  RandomField::for_unit(seed, {}, "chi2").poisson(0, means, counts);
  const double lambda = static_cast<double>(mean);
  std::vector<double> histogram(static_cast<std::size_t>(lambda + 12.0 * std::sqrt(lambda) + 40.0));
  for (const float c : counts) {
    ASSERT_EQ(c, std::floor(c));
    ASSERT_LT(static_cast<std::size_t>(c), histogram.size());
    histogram[static_cast<std::size_t>(c)] += 1.0;
  }
  double chi2 = 0.0;
  double rest_expected = 0.0;
  double rest_seen = 0.0;
  int degrees = 0;
  for (std::size_t k = 0; k < histogram.size(); ++k) {
    const double kd = static_cast<double>(k);
    rest_expected += n * std::exp(kd * std::log(lambda) - lambda - std::lgamma(kd + 1.0));
    rest_seen += histogram[k];
    if (rest_expected < 50.0) continue;  // bins joined until they hold enough
    chi2 += (rest_seen - rest_expected) * (rest_seen - rest_expected) / rest_expected;
    ++degrees;
    rest_expected = rest_seen = 0.0;
  }
  EXPECT_LT(chi2, degrees + 5.0 * std::sqrt(2.0 * degrees)) << "mean " << mean;
}

TEST(RandomField, PoissonCountsFollowThePoissonDistribution) {
  std::uint64_t seed = 1;
  for (const float mean : {0.02F, 0.7F, 5.0F, 23.9F, 24.1F, 50.0F, 400.0F, 3000.0F})
    expect_poisson(mean, seed++);
}

TEST(RandomField, PoissonOfNothingIsNothing) {
  const std::vector<float> mean(100, 0.0F);
  std::vector<float> counts(100, 9.0F);
  RandomField::for_unit(1, {}, "zero").poisson(0, mean, counts);
  EXPECT_EQ(counts, mean);
}

}  // namespace
}  // namespace skywright
