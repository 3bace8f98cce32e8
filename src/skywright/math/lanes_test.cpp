// The standard library's functions are the plain twin of those of eight lanes.
#include "skywright/math/lanes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "skywright/base/random_stream.h"
#include "skywright/base/vector_clones.h"

namespace skywright::math {
namespace {

using Eight = std::array<double, kLanes>;

SKYWRIGHT_VECTOR_CLONES
void sincos_of(const Eight& degrees, Eight& s, Eight& c) {
  const SinCos both = sincos_degrees(load(degrees.data(), kLanes));
  store(both.sin, s.data(), kLanes);
  store(both.cos, c.data(), kLanes);
}

SKYWRIGHT_VECTOR_CLONES
void atan2_of(const Eight& y, const Eight& x, Eight& out) {
  store(atan2(load(y.data(), kLanes), load(x.data(), kLanes)), out.data(), kLanes);
}

TEST(Lanes, SineAndCosineAreThoseOfTheLibrary) {
  auto random = RandomStream::for_unit(1, {1}, "sincos");
  for (int i = 0; i < 20000; ++i) {
    Eight degrees{}, s{}, c{};
    for (double& d : degrees)
      d = random.uniform(-1.0, 1.0) * std::pow(10.0, random.uniform(-8.0, 3.0));
    sincos_of(degrees, s, c);
    for (std::size_t k = 0; k < kLanes; ++k) {
      // The angle itself is rounded when it becomes radians; long double keeps that out.
      const long double x =
          std::remainder(degrees[k], 360.0) * (3.14159265358979323846264338L / 180.0L);
      ASSERT_NEAR(s[k], static_cast<double>(std::sin(x)), 2.3e-16) << degrees[k];
      ASSERT_NEAR(c[k], static_cast<double>(std::cos(x)), 2.3e-16) << degrees[k];
    }
  }
}

TEST(Lanes, QuartersAreExact) {
  Eight s{}, c{};
  sincos_of({0.0, 90.0, 180.0, 270.0, 360.0, -90.0, -180.0, 3690.0}, s, c);
  const Eight sine = {0, 1, 0, -1, 0, -1, 0, 1}, cosine = {1, 0, -1, 0, 1, 0, -1, 0};
  for (std::size_t k = 0; k < kLanes; ++k) {
    EXPECT_EQ(s[k], sine[k]) << k;
    EXPECT_EQ(c[k], cosine[k]) << k;
  }
}

TEST(Lanes, ArcTangentIsThatOfTheLibrary) {
  auto random = RandomStream::for_unit(1, {2}, "atan2");
  for (int i = 0; i < 20000; ++i) {
    Eight x{}, y{}, a{};
    for (std::size_t k = 0; k < kLanes; ++k) {
      x[k] = random.normal() * std::pow(10.0, random.uniform(-8.0, 8.0));
      y[k] = random.normal() * std::pow(10.0, random.uniform(-8.0, 8.0));
    }
    atan2_of(y, x, a);
    for (std::size_t k = 0; k < kLanes; ++k) {
      const double expected = std::atan2(y[k], x[k]);
      ASSERT_NEAR(a[k], expected, 4e-16 * std::max(1e-8, std::abs(expected)) + 2e-24)
          << y[k] << " " << x[k];
    }
  }
  Eight a{};
  const double nan = std::numeric_limits<double>::quiet_NaN();
  atan2_of({0.0, 1.0, -1.0, 0.0, 1.0, nan, 1.0, 0.0}, {0.0, 0.0, 0.0, -1.0, 1.0, 1.0, nan, 1.0}, a);
  EXPECT_EQ(a[0], 0.0);
  EXPECT_DOUBLE_EQ(a[1], M_PI / 2.0);
  EXPECT_DOUBLE_EQ(a[2], -M_PI / 2.0);
  EXPECT_DOUBLE_EQ(a[3], M_PI);
  EXPECT_DOUBLE_EQ(a[4], M_PI / 4.0);
  EXPECT_TRUE(std::isnan(a[5]));
  EXPECT_TRUE(std::isnan(a[6]));
  EXPECT_EQ(a[7], 0.0);
}

TEST(Lanes, ATailOfFewerThanEightIsWhole) {
  std::array<double, 11> in{}, out{};
  for (std::size_t i = 0; i < in.size(); ++i) in[i] = static_cast<double>(i) + 0.5;
  for_lanes(in.size(), [&](std::size_t i, std::size_t n) {
    const Lanes v = load(&in[i], n, 1.0);
    store(nearest_whole(v), &out[i], n);
  });
  for (std::size_t i = 0; i < in.size(); ++i) EXPECT_EQ(out[i], std::nearbyint(in[i]));
}

}  // namespace
}  // namespace skywright::math
