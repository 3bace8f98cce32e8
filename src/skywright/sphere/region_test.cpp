#include "skywright/sphere/region.h"

#include <numbers>

#include <gtest/gtest.h>

#include "skywright/base/error.h"
#include "skywright/base/random_stream.h"
#include "skywright/base/test_data.h"
#include "skywright/sphere/frames.h"

namespace skywright::sphere {
namespace {

UnitVector random_direction(RandomStream& random) {
  const double z = random.uniform(-1.0, 1.0);
  const double a = random.uniform(0.0, 2.0 * std::numbers::pi);
  const double level = std::sqrt(1.0 - z * z);
  return {level * std::cos(a), level * std::sin(a), z};
}

UnitVector at(double ra, double dec) { return unit_vector(SkyPosition::from_degrees(ra, dec)); }

/// Every point of the region is covered; nothing is covered farther out than six pixel radii (a
/// polygon's corner of 20 degrees lets a pixel meet both edges' circles from that far).
template <class Region>
void expect_cover(const Region& region, const Moc& moc, int order, const Cone& near,
                  RandomStream& random) {
  const double reach = 6.0 * healpix::max_pixel_radius(order).radians();
  for (int i = 0; i < 4000; ++i) {
    const Angle angle = Angle::from_degrees(random.uniform(0.0, 360.0));
    const Angle distance = near.radius * (1.2 * std::sqrt(random.uniform()));
    const SkyPosition p = offset(sky_position(near.centre), angle, distance);
    const UnitVector v = unit_vector(p);
    if (region.contains(v)) {
      ASSERT_TRUE(moc.contains(p));
    }
  }
  for (const std::int64_t pixel : moc.pixels(order)) {
    const UnitVector c = healpix::centre(pixel, order);
    bool close = region.contains(c);
    for (int k = 0; k < 96 && !close; ++k) {
      const SkyPosition p = offset(sky_position(c), Angle::from_degrees(22.5 * (k % 16)),
                                   Angle::from_radians(reach * (1 + k / 16) / 6.0));
      close = region.contains(unit_vector(p));
    }
    ASSERT_TRUE(close || near.radius.radians() < reach) << pixel;
  }
}

TEST(Coverage, OfAConeHoldsItAndLittleElse) {
  auto random = RandomStream::for_unit(2, {1}, "cone");
  for (const double radius : {1e-5, 0.01, 1.75, 20.0, 100.0}) {
    for (int i = 0; i < 5; ++i) {
      const Cone cone{i == 0 ? UnitVector{0.0, 0.0, 1.0} : random_direction(random),
                      Angle::from_degrees(radius)};
      const int order = radius > 10.0 ? 6 : radius > 0.1 ? 10 : radius > 1e-3 ? 17 : 27;
      const Moc moc = coverage(cone, order);
      expect_cover(cone, moc, order, cone, random);
      EXPECT_GE(moc.sky_fraction() * 4.0 * std::numbers::pi, cone.area());
    }
  }
}

TEST(Coverage, OfAPolygonHoldsItAndLittleElse) {
  auto random = RandomStream::for_unit(2, {2}, "polygon");
  const std::vector<UnitVector> field = {at(359.0, -31.0), at(2.0, -31.5), at(2.2, -29.0),
                                         at(359.1, -28.9)};
  const std::vector<UnitVector> cap = {at(0.0, 88.0), at(90.0, 88.5), at(200.0, 87.0)};
  for (const auto& vertices : {field, cap}) {
    const ConvexPolygon polygon(vertices);
    const Moc moc = coverage(polygon, 9);
    expect_cover(polygon, moc, 9, polygon.bounding_cone(), random);
    EXPECT_GE(moc.sky_fraction() * 4.0 * std::numbers::pi, polygon.area());
  }
}

TEST(ConvexPolygon, AreaOfAnOctantIsHalfPi) {
  const ConvexPolygon octant(std::vector<UnitVector>{at(0, 0), at(90, 0), at(0, 90)});
  EXPECT_NEAR(octant.area(), std::numbers::pi / 2.0, 1e-14);
  const ConvexPolygon reversed(std::vector<UnitVector>{at(0, 90), at(90, 0), at(0, 0)});
  EXPECT_NEAR(reversed.area(), std::numbers::pi / 2.0, 1e-14);
  EXPECT_TRUE(reversed.contains(at(45, 30)));
  EXPECT_FALSE(reversed.contains(at(225, -30)));
}

TEST(ConvexPolygon, AreaIsTheShareOfRandomPointsInside) {
  auto random = RandomStream::for_unit(2, {3}, "area");
  const ConvexPolygon polygon(
      std::vector<UnitVector>{at(10, -20), at(60, -25), at(70, 20), at(40, 50), at(5, 30)});
  const int n = 100000;
  int inside = 0;
  for (int i = 0; i < n; ++i) inside += polygon.contains(random_direction(random));
  const double p = polygon.area() / (4.0 * std::numbers::pi);
  EXPECT_NEAR(inside / double{n}, p, 4.0 * std::sqrt(p * (1.0 - p) / n));
}

TEST(ConvexPolygon, RefusesWhatIsNotConvex) {
  EXPECT_THROW(ConvexPolygon(std::vector<UnitVector>{at(0, 0), at(10, 0)}), InputError);
  EXPECT_THROW(ConvexPolygon(std::vector<UnitVector>{at(0, 0), at(10, 0), at(20, 0)}), InputError);
  EXPECT_THROW(ConvexPolygon(std::vector<UnitVector>{at(0, 0), at(0, 0), at(5, 5)}), InputError);
  EXPECT_THROW(ConvexPolygon(std::vector<UnitVector>{at(0, 0), at(10, 0), at(2, 2), at(0, 10)}),
               InputError);
}

TEST(Moc, IsASet) {
  auto random = RandomStream::for_unit(2, {4}, "moc");
  const auto some = [&] {
    return coverage(Cone{random_direction(random), Angle::from_degrees(random.uniform(10.0, 80.0))},
                    5);
  };
  for (int i = 0; i < 20; ++i) {
    const Moc a = some(), b = some();
    EXPECT_EQ((a | b).complement(), a.complement() & b.complement());
    EXPECT_EQ((a - b) | (a & b), a);
    EXPECT_NEAR((a | b).sky_fraction() + (a & b).sky_fraction(),
                a.sky_fraction() + b.sky_fraction(), 1e-12);
    EXPECT_EQ(Moc::from_text(a.text()), a);
    EXPECT_EQ(a.complement().complement(), a);
  }
  EXPECT_EQ(Moc::whole_sky().text(), "0/0-11");
  EXPECT_TRUE(Moc::whole_sky().complement().empty());
}

TEST(Moc, ReadsAndWritesTheAsciiForm) {
  // MOC 2.0, section 4.3.2: pixels of order 1 and 2, ranges, an order of its own token.
  const Moc moc = Moc::from_text("1/1-2 4\n2/12-14,21");
  EXPECT_EQ(moc.text(), "1/1-2 4 2/12-14 21");
  EXPECT_EQ(Moc::from_text("2/4-11 12-14 21 16-19").text(), "1/1-2 4 2/12-14 21");
  for (const char* wrong : {"5", "1/a", "1/48", "30/0", "1/5-4", "1/-3", "x/1"}) {
    EXPECT_THROW(Moc::from_text(wrong), InputError) << wrong;
  }
}

TEST(Frames, GalacticCentreAndPoleStandWhereTheyAre) {
  // ERFA's own case of eraIcrs2g (tests/reference/make_erfa.py).
  const auto g =
      icrs_to_galactic() * direction<Icrs>(Angle::from_radians(5.9338074302227188048671087),
                                           Angle::from_radians(-1.1784870613579944551540570));
  EXPECT_NEAR(g.longitude().radians(), reference_value("erfa.csv", "icrs2g longitude"), 1e-12);
  EXPECT_NEAR(g.latitude().radians(), reference_value("erfa.csv", "icrs2g latitude"), 1e-12);
  const auto there = icrs_to_galactic().inverse() * g;
  EXPECT_NEAR(there.longitude().radians(), 5.9338074302227188048671087, 1e-14);
}

TEST(Frames, RotationsChain) {
  const Rotation<Galactic, EclipticJ2000> r = icrs_to_ecliptic() * icrs_to_galactic().inverse();
  const auto equinox = icrs_to_galactic() * direction<Icrs>(Angle(), Angle());
  EXPECT_NEAR((r * equinox).longitude().wrapped_around_zero().arcsec(), 0.0, 1e-9);
  const auto pole = icrs_to_ecliptic() * direction<Icrs>(Angle(), Angle::from_degrees(90.0));
  EXPECT_NEAR(pole.latitude().degrees(), 90.0 - 84381.448 / 3600.0, 1e-12);
}

}  // namespace
}  // namespace skywright::sphere
