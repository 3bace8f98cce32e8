#include "skywright/sphere/direction.h"

#include <gtest/gtest.h>

#include "skywright/base/random_stream.h"

namespace skywright::sphere {
namespace {

SkyPosition at(double ra, double dec) { return SkyPosition::from_degrees(ra, dec); }

TEST(Angle, WrapsIntoItsRange) {
  EXPECT_NEAR(Angle::from_degrees(-10.0).wrapped().degrees(), 350.0, 1e-12);
  EXPECT_NEAR(Angle::from_degrees(730.0).wrapped().degrees(), 10.0, 1e-12);
  EXPECT_LT(Angle::from_radians(-1e-20).wrapped().degrees(), 360.0);
  EXPECT_DOUBLE_EQ(Angle::from_radians(std::numbers::pi).wrapped_around_zero().degrees(), -180.0);
  EXPECT_NEAR(Angle::from_hours(23.0).wrapped_around_zero().degrees(), -15.0, 1e-12);
}

TEST(Direction, VectorAndAnglesAreOne) {
  auto random = RandomStream::for_unit(1, {1}, "direction");
  for (int i = 0; i < 1000; ++i) {
    const SkyPosition p = at(random.uniform(0.0, 360.0), random.uniform(-90.0, 90.0));
    const SkyPosition q = sky_position(unit_vector(p));
    EXPECT_LT(separation(p, q).radians(), 1e-15);
    EXPECT_GE(q.ra.degrees(), 0.0);
    EXPECT_LT(q.ra.degrees(), 360.0);
  }
  EXPECT_EQ(sky_position({0.0, 0.0, -1.0}).ra.degrees(), 0.0);
  EXPECT_DOUBLE_EQ(sky_position({0.0, 0.0, -1.0}).dec.degrees(), -90.0);
}

TEST(Direction, SeparationIsExactNearZeroAndNearOpposite) {
  const double tiny = 1e-9;  // [arcsec]
  EXPECT_NEAR(separation(at(10.0, 45.0), at(10.0, 45.0 + tiny / 3600.0)).arcsec() / tiny, 1.0,
              0.02);
  const SkyPosition far = at(190.0, -45.0 + 1e-7);
  EXPECT_NEAR(180.0 - separation(at(10.0, 45.0), far).degrees(), 1e-7, 1e-13);
  EXPECT_DOUBLE_EQ(separation(at(0.0, 90.0), at(77.0, -90.0)).degrees(), 180.0);
  EXPECT_DOUBLE_EQ(separation(unit_vector(at(0.0, 0.0)), unit_vector(at(90.0, 0.0))).degrees(),
                   90.0);
}

TEST(Direction, OffsetGoesWherePositionAngleAndSeparationSay) {
  auto random = RandomStream::for_unit(1, {2}, "direction");
  for (int i = 0; i < 1000; ++i) {
    const SkyPosition from = at(random.uniform(0.0, 360.0), random.uniform(-89.9, 89.9));
    const Angle angle = Angle::from_degrees(random.uniform(0.0, 360.0));
    const Angle distance = Angle::from_degrees(random.uniform(0.001, 179.0));
    const SkyPosition to = offset(from, angle, distance);
    EXPECT_NEAR(separation(from, to).degrees(), distance.degrees(), 1e-12);
    const Angle error = (position_angle(from, to) - angle).wrapped_around_zero();
    EXPECT_NEAR(error.radians() * sin(distance), 0.0, 1e-13);
  }
}

TEST(Direction, PositionAngleRunsFromNorthThroughEast) {
  EXPECT_NEAR(position_angle(at(10.0, 0.0), at(10.0, 1.0)).degrees(), 0.0, 1e-12);
  EXPECT_NEAR(position_angle(at(10.0, 0.0), at(11.0, 0.0)).degrees(), 90.0, 1e-12);
  EXPECT_NEAR(position_angle(at(0.5, 0.0), at(359.5, 0.0)).degrees(), 270.0, 1e-12);
}

}  // namespace
}  // namespace skywright::sphere
