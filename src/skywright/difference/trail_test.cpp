/// Lines drawn here point by point, seen through the moments that sources are measured with.
#include "skywright/difference/trail.h"

#include <cmath>

#include <gtest/gtest.h>

#include "skywright/psf/adaptive_moments.h"

namespace skywright::difference {
namespace {

constexpr double kSigma = 1.7;  // of the PSF [pixel]
constexpr int kHalf = 40;

image::Image<float> line(double length, double angle) {
  image::Image<float> out(2 * kHalf + 1, 2 * kHalf + 1);
  constexpr int kPoints = 200;
  for (int p = 0; p < kPoints; ++p) {
    const double s = length * ((p + 0.5) / kPoints - 0.5);
    const double cx = kHalf + 0.3 + s * std::cos(angle);
    const double cy = kHalf - 0.2 + s * std::sin(angle);
    for (int y = 0; y < out.height(); ++y)
      for (int x = 0; x < out.width(); ++x)
        out(x, y) += static_cast<float>(
            std::exp(-0.5 * ((x - cx) * (x - cx) + (y - cy) * (y - cy)) / (kSigma * kSigma)));
  }
  return out;
}

psf::Moments moments_of(const image::Image<float>& image) {
  const psf::AdaptiveMoments m =
      psf::adaptive_moments(image.view(), {}, {kHalf, kHalf}, kSigma, psf::Centre::free);
  EXPECT_TRUE(m.converged);
  return m.moments;
}

TEST(TrailOf, IsTheLineThatWasDrawn) {
  const psf::Moments psf = moments_of(line(0.0, 0.0));
  for (const double length : {2.0, 4.0, 8.0, 12.0, 16.0})
    for (const double angle : {-1.2, 0.0, 0.4, 1.5}) {
      const Trail trail = trail_of(moments_of(line(length, angle)), psf);
      EXPECT_NEAR(trail.length, length, 0.01 * length + 0.02) << "at angle " << angle;
      EXPECT_NEAR(std::cos(2.0 * (trail.angle - angle)), 1.0, 1e-4) << "of length " << length;
    }
}

TEST(TrailOf, OfAPointIsNothing) {
  const psf::Moments psf = moments_of(line(0.0, 0.0));
  EXPECT_NEAR(trail_of(psf, psf).length, 0.0, 1e-6);
  EXPECT_EQ(trail_of({2.0, 2.0, 0.0}, {3.0, 3.0, 0.0}).length, 0.0);
}

}  // namespace
}  // namespace skywright::difference
