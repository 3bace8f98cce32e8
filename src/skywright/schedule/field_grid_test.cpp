#include "skywright/schedule/field_grid.h"

#include <cmath>

#include <gtest/gtest.h>

#include "skywright/base/random_stream.h"

namespace skywright::schedule {
namespace {

sphere::UnitVector random_direction(RandomStream& random) {
  const double z = random.uniform(-1.0, 1.0), phi = random.uniform(0.0, 6.283185307179586);
  const double r = std::sqrt(1.0 - z * z);
  return {r * std::cos(phi), r * std::sin(phi), z};
}

TEST(FieldGrid, LeavesNoPlaceOutsideOfItsFields) {
  const FieldGrid grid(sphere::Angle::from_degrees(3.5));
  EXPECT_LE(grid.covering_radius().degrees(), 1.75);
  // A covering of the sphere by circles of 1.75 degrees needs 5,185 of them at least (hexagons of
  // that circumradius); a geodesic one may need a third more.
  EXPECT_GT(grid.size(), 5185U);
  EXPECT_LT(grid.size(), 7000U);
  auto random = RandomStream::for_unit(1, {0}, "grid");
  const GridRotation turn = {0, -1, 0, 1, 0, 0, 0, 0, 1};
  for (int i = 0; i < 20000; ++i) {
    const sphere::UnitVector v = random_direction(random);
    const sphere::UnitVector centre = grid.centre(grid.nearest(v, turn), turn);
    // The table of nearest fields is exact to its pixels' size, 0.15 of the field's radius.
    EXPECT_LE(sphere::separation(v, centre).degrees(), 1.75 * 1.15);
  }
}

TEST(FieldGrid, OfAFrequencyHasTenTimesItsSquareAndTwo) {
  const std::size_t n = FieldGrid(sphere::Angle::from_degrees(10.0)).size() - 2;
  const double frequency = std::sqrt(static_cast<double>(n) / 10.0);
  EXPECT_DOUBLE_EQ(frequency, std::round(frequency));
}

}  // namespace
}  // namespace skywright::schedule
