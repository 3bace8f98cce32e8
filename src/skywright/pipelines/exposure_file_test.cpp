#include "skywright/pipelines/exposure_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "skywright/pipelines/psf_hdu.h"

namespace skywright::pipelines {
namespace {

TEST(ExposureFile, AnExposureReadsBackAsItWas) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("skywright_exposure_" + std::to_string(::getpid()) + ".fits");
  Exposure exposure;
  exposure.image = image::MaskedImage(70, 50);
  for (std::size_t i = 0; i < exposure.image.pixels.size(); ++i) {
    exposure.image.pixels.pixels()[i] = 0.5F * static_cast<float>(i);
    exposure.image.variance.pixels()[i] = 2.0F;
    exposure.image.mask.pixels()[i] = i % 7 == 0 ? image::bit(image::MaskPlane::cosmic_ray) : 0U;
  }
  exposure.header.set("FILTER", "r");
  exposure.wcs = wcs::Wcs({.reference_pixel = {35.0, 25.0},
                           .reference_sky = wcs::SkyPosition::from_degrees(60.0, -30.0),
                           .cd = {-5e-5, 1e-6, 1e-6, 5e-5}});
  exposure.zero_point = 31.25;
  exposure.psf = psf::moffat_psf(3.5, 3.0, 21);
  exposure.noise.lags = image::Image<float>(3, 3, 0.1F);
  exposure.noise.lags(1, 1) = 1.0F;
  exposure.noise.variance_scale = 1.25;
  write_exposure(path, exposure);
  const Exposure back = read_exposure(path);
  EXPECT_TRUE(std::equal(back.image.pixels.pixels().begin(), back.image.pixels.pixels().end(),
                         exposure.image.pixels.pixels().begin()));
  EXPECT_TRUE(std::equal(back.image.mask.pixels().begin(), back.image.mask.pixels().end(),
                         exposure.image.mask.pixels().begin()));
  EXPECT_EQ(back.header.text("FILTER"), "r");
  EXPECT_EQ(back.zero_point, 31.25);
  EXPECT_NEAR(back.wcs->pixel_at(exposure.wcs->sky_at({3.0, 4.0})).x, 3.0, 1e-7);
  ASSERT_TRUE(back.psf.has_value());
  EXPECT_EQ(back.psf->side(), 21);
  EXPECT_EQ(back.psf->coefficients()[0](10, 10), exposure.psf->coefficients()[0](10, 10));
  EXPECT_EQ(back.noise.at(1, 0), 0.1F);
  EXPECT_EQ(back.noise.variance_scale, 1.25);
  std::filesystem::remove(path);
}

// 1 nJy is 31.4 mag AB by definition of nJy and of AB magnitudes (8.9 mag at 1 Jy).
TEST(NanojanskysPerUnit, FollowTheDefinitionOfAb) {
  EXPECT_DOUBLE_EQ(nanojanskys_per_unit(31.4), 1.0);
  EXPECT_NEAR(nanojanskys_per_unit(28.9), 10.0, 1e-12);
}

}  // namespace
}  // namespace skywright::pipelines
