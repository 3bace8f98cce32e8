#include "skywright/math/point_index.h"

#include <cmath>

#include <gtest/gtest.h>

#include "skywright/base/random_stream.h"

namespace skywright::math {
namespace {

std::vector<std::array<double, 2>> scattered(std::size_t count) {
  auto random = RandomStream::for_unit(9, {1}, "points");
  std::vector<std::array<double, 2>> points(count);
  for (auto& p : points) p = {random.uniform(), random.uniform()};
  return points;
}

TEST(PointIndex, FindsWhatALoopFinds) {
  const auto points = scattered(500);
  const PointIndex<2> index(points);
  for (const double radius : {0.0, 0.01, 0.2}) {
    for (std::size_t q = 0; q < 20; ++q) {
      std::size_t expected = 0;
      for (const auto& p : points)
        expected += std::hypot(p[0] - points[q][0], p[1] - points[q][1]) <= radius ? 1 : 0;
      const auto found = index.within(points[q], radius);
      EXPECT_EQ(found.size(), expected);
      EXPECT_EQ(found.front().index, q);
    }
  }
}

TEST(PointIndex, NearestComeInOrder) {
  const PointIndex<2> index(scattered(100));
  const auto found = index.nearest({0.5, 0.5}, 10);
  ASSERT_EQ(found.size(), 10u);
  for (std::size_t i = 1; i < found.size(); ++i)
    EXPECT_GE(found[i].distance, found[i - 1].distance);
  EXPECT_EQ(index.nearest({0.5, 0.5}, 1000).size(), 100u);
}

TEST(PointIndex, OfNothingFindsNothing) {
  const PointIndex<3> index({});
  EXPECT_TRUE(index.within({0, 0, 0}, 1.0).empty());
  EXPECT_TRUE(index.nearest({0, 0, 0}, 3).empty());
}

}  // namespace
}  // namespace skywright::math
