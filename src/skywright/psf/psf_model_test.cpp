#include "skywright/psf/psf_model.h"

#include <cmath>
#include <numbers>

#include <gmock/gmock.h>

#include "skywright/base/error.h"
#include "skywright/psf/adaptive_moments.h"
#include "skywright/psf/sinc_shift.h"

namespace skywright::psf {
namespace {

double sum(const Image<float>& image) {
  double s = 0.0;
  for (const float p : image.pixels()) s += static_cast<double>(p);
  return s;
}

// An elliptical Gaussian integrated over pixels along its axes (no cross term).
Image<float> gaussian_stamp(int side, double x, double y, double sx, double sy) {
  Image<float> out(side, side);
  const auto part = [](double at, double sigma) {
    const double s = 1.0 / (sigma * std::numbers::sqrt2);
    return 0.5 * (std::erf((at + 0.5) * s) - std::erf((at - 0.5) * s));
  };
  for (int j = 0; j < side; ++j)
    for (int i = 0; i < side; ++i)
      out(i, j) = static_cast<float>(part(i - x, sx) * part(j - y, sy));
  return out;
}

TEST(AdaptiveMoments, AreThoseOfAnEllipticalGaussian) {
  const Image<float> stamp = gaussian_stamp(61, 30.3, 29.6, 2.5, 4.0);
  const AdaptiveMoments m = adaptive_moments(stamp.view(), {}, {30.0, 30.0}, 2.0, Centre::free);
  ASSERT_TRUE(m.converged);
  // Pixels widen a Gaussian by 1/12 pixel^2 (exact to second order).
  EXPECT_NEAR(m.moments.ixx, 6.25 + 1.0 / 12.0, 0.003);
  EXPECT_NEAR(m.moments.iyy, 16.0 + 1.0 / 12.0, 0.003);
  EXPECT_NEAR(m.moments.ixy, 0.0, 0.001);
  EXPECT_NEAR(m.centre.x, 30.3, 1e-4);
  EXPECT_NEAR(m.centre.y, 29.6, 1e-4);
  EXPECT_NEAR(m.flux, 1.0, 0.001);
  EXPECT_NEAR(m.rho4, 2.0, 0.01);
}

TEST(AdaptiveMoments, DoNotConvergeOnNothing) {
  const Image<float> zero(31, 31);
  EXPECT_FALSE(adaptive_moments(zero.view(), {}, {15, 15}, 2.0, Centre::free).converged);
}

TEST(SincShift, MovesAWellSampledProfileExactly) {
  const Image<float> here = gaussian_stamp(41, 20.0, 20.0, 1.6, 1.6);
  for (const auto& [dx, dy] : {std::pair{0.3, -0.45}, {0.5, 0.5}, {-0.9, 0.1}}) {
    const Image<float> there = gaussian_stamp(41, 20.0 + dx, 20.0 + dy, 1.6, 1.6);
    const Image<float> moved = shifted(here.view(), dx, dy);
    for (int y = 0; y < 41; ++y)
      for (int x = 0; x < 41; ++x)
        EXPECT_NEAR(static_cast<double>(moved(x, y)), static_cast<double>(there(x, y)),
                    0.003 * static_cast<double>(here(20, 20)));
  }
}

TEST(PsfModel, HasUnitSumEverywhere) {
  Image<float> mean = gaussian_stamp(25, 12, 12, 1.5, 1.5);
  Image<float> slope = gaussian_stamp(25, 12, 12, 1.8, 1.8);
  for (std::size_t i = 0; i < slope.size(); ++i) slope.data()[i] -= mean.data()[i];
  const Image<float> none(25, 25);
  const PsfModel model({0, 0, 100, 50}, 1, {mean, slope, none});
  for (const PixelPosition at : {PixelPosition{0, 0}, {99.3, 10.7}, {40.5, 49.0}}) {
    EXPECT_NEAR(sum(model.centred_image(at)), 1.0, 1e-5);
    EXPECT_NEAR(sum(model.image_at(at)), 1.0, 1e-5);
  }
  EXPECT_GT(model.fwhm({99, 25}), model.fwhm({0, 25}) * 1.2);
  EXPECT_THROW(PsfModel({0, 0, 9, 9}, 1, {mean}), InputError);
}

TEST(PsfModel, KnowsTheWidthAndAreaOfAGaussian) {
  const PsfModel psf = gaussian_psf(4.0, 41);
  const double sigma2 = 16.0 / (8.0 * std::numbers::ln2) + 1.0 / 12.0;
  EXPECT_NEAR(psf.fwhm({0, 0}), std::sqrt(8.0 * std::numbers::ln2 * sigma2), 0.02);
  EXPECT_NEAR(psf.effective_area({0, 0}), 4.0 * std::numbers::pi * sigma2, 0.1);
  EXPECT_NEAR(psf.moments({0, 0}).ixx, sigma2, 0.003);
}

TEST(PsfModel, PutsAStarWhereItIsAskedFor) {
  const PsfModel psf = moffat_psf(3.5, 3.0, 51);
  const Image<float> star = psf.image_at({100.4, 7.7});
  const AdaptiveMoments m = adaptive_moments(star.view(), {}, {25, 25}, 1.7, Centre::free);
  EXPECT_NEAR(m.centre.x, 25.4, 0.002);
  EXPECT_NEAR(m.centre.y, 24.7, 0.002);
}

}  // namespace
}  // namespace skywright::psf
