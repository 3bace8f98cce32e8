// healpix_cxx, the reference implementation by HEALPix's authors, as oracle.
#include "skywright/sphere/healpix.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>
#include <healpix_cxx/healpix_base.h>

#include "skywright/base/random_stream.h"

namespace skywright::sphere::healpix {
namespace {

T_Healpix_Base<std::int64_t> oracle(int order) { return {order, NEST}; }

TEST(Healpix, PixelsAreHealpixsOwnAtEveryOrder) {
  auto random = RandomStream::for_unit(1, {1}, "healpix");
  for (int order = 0; order <= kMaxOrder; ++order) {
    const auto theirs = oracle(order);
    std::vector<double> ra, dec;
    std::vector<std::int64_t> index(4000);
    for (std::size_t i = 0; i < index.size(); ++i) {
      ra.push_back(random.uniform(-360.0, 720.0));
      // Half of the points within a degree of a pole.
      const double z =
          i % 2 == 0 ? random.uniform(-1.0, 1.0)
                     : std::copysign(std::cos(random.uniform(0.0, 0.02)), random.uniform() - 0.5);
      dec.push_back(std::asin(z) * 180.0 / std::numbers::pi);
    }
    pixels_at(ra, dec, order, index);
    for (std::size_t i = 0; i < index.size(); ++i) {
      const pointing at(std::numbers::pi / 2.0 - dec[i] * std::numbers::pi / 180.0,
                        ra[i] * std::numbers::pi / 180.0);
      const std::int64_t expected = theirs.ang2pix(at);
      if (index[i] == expected) continue;
      // Another pixel only where rounding of the angles alone decides: 1e-14 rad to its rim.
      const auto v = unit_vector(SkyPosition::from_degrees(ra[i], dec[i]));
      bool at_rim = false;
      for (const auto& [dx, dy] :
           {std::pair{3e-15, 0.0}, {-3e-15, 0.0}, {0.0, 3e-15}, {0.0, -3e-15}}) {
        at_rim = at_rim || pixel_at(UnitVector{v.x + dx, v.y + dy, v.z}, order) == expected;
        at_rim = at_rim || pixel_at(UnitVector{v.x, v.y + dx, v.z + dy}, order) == expected;
      }
      EXPECT_TRUE(at_rim) << order << ": " << ra[i] << " " << dec[i] << ": " << index[i] << " "
                          << expected;
    }
  }
}

TEST(Healpix, CentresAreHealpixsOwnAndLieInTheirPixels) {
  auto random = RandomStream::for_unit(1, {2}, "healpix");
  for (int order = 0; order <= kMaxOrder; ++order) {
    const auto theirs = oracle(order);
    const std::int64_t all = pixel_count(order);
    std::vector<std::int64_t> index;
    for (int i = 0; i < 1000; ++i) index.push_back(all <= 1000 ? i % all : random.below(all));
    // Corners of all faces, the poles' own among them.
    for (std::int64_t face = 0; face < 12; ++face) {
      index.push_back(face << (2 * order));
      index.push_back(((face + 1) << (2 * order)) - 1);
    }
    std::vector<double> ra(index.size()), dec(index.size());
    std::vector<std::int64_t> back(index.size());
    centres(index, order, ra, dec);
    pixels_at(ra, dec, order, back);
    for (std::size_t i = 0; i < index.size(); ++i) {
      const vec3 expected = theirs.pix2vec(index[i]);
      const UnitVector found = centre(index[i], order);
      ASSERT_LT(separation(found, {expected.x, expected.y, expected.z}).radians(), 1e-14);
      ASSERT_EQ(back[i], index[i]) << order;
      ASSERT_EQ(pixel_at(found, order), index[i]) << order;
      ASSERT_GE(ra[i], 0.0);
      ASSERT_LT(ra[i], 360.0);
    }
  }
}

TEST(Healpix, NeighboursAreHealpixsOwn) {
  auto random = RandomStream::for_unit(1, {3}, "healpix");
  for (int order = 0; order <= kMaxOrder; ++order) {
    const auto theirs = oracle(order);
    const std::int64_t all = pixel_count(order);
    for (int i = 0; i < 3072; ++i) {  // every pixel up to order 4
      const std::int64_t index = all <= 3072 ? i % all : random.below(all);
      fix_arr<std::int64_t, 8> expected;
      theirs.neighbors(index, expected);
      const auto found = neighbours(index, order);
      for (std::size_t k = 0; k < 8; ++k) ASSERT_EQ(found[k], expected[k]) << order << " " << index;
    }
  }
}

TEST(Healpix, CornersLieWithinTheLargestRadius) {
  for (int order = 0; order <= 5; ++order) {
    double largest = 0.0;
    for (std::int64_t i = 0; i < pixel_count(order); ++i) {
      for (const UnitVector& corner : corners(i, order)) {
        largest = std::max(largest, separation(corner, centre(i, order)).radians());
      }
    }
    EXPECT_LE(largest, max_pixel_radius(order).radians() + 1e-14);
    EXPECT_NEAR(max_pixel_radius(order).radians(), oracle(order).max_pixrad(), 1e-14);
  }
}

TEST(Healpix, PolesAndTheSeamHavePixels) {
  for (int order = 0; order <= kMaxOrder; ++order) {
    EXPECT_EQ(ancestor(pixel_at(SkyPosition::from_degrees(45.0, 90.0), order), order, 0), 0);
    EXPECT_EQ(ancestor(pixel_at(SkyPosition::from_degrees(45.0, -90.0), order), order, 0), 8);
    EXPECT_EQ(pixel_at(SkyPosition::from_degrees(360.0, 10.0), order),
              pixel_at(SkyPosition::from_degrees(0.0, 10.0), order));
  }
  EXPECT_EQ(pixel_at(SkyPosition::from_degrees(std::numeric_limits<double>::quiet_NaN(), 0.0), 5),
            -1);
}

}  // namespace
}  // namespace skywright::sphere::healpix
