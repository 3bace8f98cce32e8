#include "skywright/math/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "skywright/base/random_stream.h"

namespace skywright::math {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// Large samples go another way, which must end at the same place: with ties, sorted either way, and
// of values of which one half is the same.
TEST(Median, IsTheMiddleOfASortedSampleOfAnySize) {
  for (const std::size_t n : {1023U, 1024U, 5000U, 100001U}) {
    for (const std::string kind : {"normal", "whole", "rising", "falling", "half the same"}) {
      SCOPED_TRACE(kind + " " + std::to_string(n));
      std::vector<float> values(n);
      RandomStream::for_unit(5, {static_cast<std::int64_t>(n)}, kind).fill_normal(values);
      if (kind == "whole")
        for (float& v : values) v = std::round(3.0F * v);
      if (kind == "rising") std::sort(values.begin(), values.end());
      if (kind == "falling") std::sort(values.rbegin(), values.rend());
      if (kind == "half the same")
        std::fill(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(n / 2), -1.0F);
      std::vector<float> sorted = values;
      std::sort(sorted.begin(), sorted.end());
      const double above = static_cast<double>(sorted[n / 2]);
      const double below = static_cast<double>(sorted[(n - 1) / 2]);
      EXPECT_EQ(median(std::span<const float>(values)), 0.5 * (above + below));
    }
  }
}

TEST(Median, OfOddEvenAndNone) {
  EXPECT_EQ(median(std::vector<double>{3, 1, 2}), 2.0);
  EXPECT_EQ(median(std::vector<double>{4, 1, 3, 2}), 2.5);
  EXPECT_EQ(median(std::vector<double>{5, kNan, 7}), 6.0);
  EXPECT_TRUE(std::isnan(median(std::vector<double>{})));
}

TEST(Quantile, IsLinearBetweenNeighbours) {
  const std::vector<double> v = {4, 1, 2, 3};
  EXPECT_EQ(quantile(v, 0.0), 1.0);
  EXPECT_EQ(quantile(v, 1.0), 4.0);
  EXPECT_DOUBLE_EQ(quantile(v, 0.5), 2.5);
  EXPECT_DOUBLE_EQ(quantile(v, 0.25), 1.75);
}

// The MAD of n Gaussian numbers scatters by 1.17 sigma / sqrt(n).
TEST(MadSigma, OfAGaussianIsItsSigmaDespiteOutliers) {
  auto random = RandomStream::for_unit(3, {1}, "mad");
  std::vector<float> v(100000);
  random.fill_normal(v);
  EXPECT_NEAR(mad_sigma(v), 1.0, 5.0 * 1.17 / std::sqrt(1e5));
  for (std::size_t i = 0; i < 1000; ++i) v[i] = 1e6F;
  EXPECT_NEAR(mad_sigma(v), 1.0, 0.03);
}

TEST(ClippedStatistics, ForgetOutliers) {
  std::vector<double> v(1000, 0.0);
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = (i % 2 == 0) ? 1.0 : -1.0;
  v.push_back(1e9);
  const auto s = clipped_statistics(v);
  EXPECT_EQ(s.count, 1000u);
  EXPECT_NEAR(s.mean, 0.0, 1e-12);
  EXPECT_NEAR(s.sigma, 1.0, 1e-3);
}

}  // namespace
}  // namespace skywright::math
