#include "skywright/alerts/cutout.h"

#include <chrono>
#include <cmath>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "skywright/base/error.h"
#include "skywright/io/fits.h"
#include "skywright/io/wcs_cards.h"

namespace skywright::alerts {
namespace {

image::MaskedImage gradient(int width, int height) {
  image::MaskedImage image(width, height);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      image.pixels(x, y) = static_cast<float>(1000 * y + x);
      image.variance(x, y) = 4.0F;
      image.mask(x, y) = x == 50 ? image::bit(image::MaskPlane::saturated) : 0;
    }
  return image;
}

std::filesystem::path written(const std::vector<std::uint8_t>& bytes) {
  const auto path =
      std::filesystem::path(testing::TempDir()) / ("cutout" + std::to_string(getpid()) + ".fits");
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  return path;
}

const wcs::Wcs kWcs(wcs::Linear{.reference_pixel = {100.0, 100.0},
                                .reference_sky = sphere::SkyPosition::from_degrees(150.0, 2.0),
                                .cd = {-5e-5, 0.0, 0.0, 5e-5}});

TEST(Cutout, KeepsPixelsPlaceAndPsf) {
  const image::MaskedImage image = gradient(200, 200);
  const image::Image<float> psf(21, 21, 1.0F / 441.0F);
  const auto path = written(
      cutout_fits({.image = image, .wcs = &kWcs, .scale = 10.0}, {60.3, 80.4}, 41, psf.view()));
  const io::MaskedExposure back = io::read_masked_image(path);
  EXPECT_EQ(back.image.width(), 41);
  EXPECT_EQ(back.image.pixels(20, 20), 10.0F * (80 * 1000 + 60));
  EXPECT_EQ(back.image.variance(3, 4), 400.0F);
  EXPECT_EQ(back.image.mask(10, 0), image::bit(image::MaskPlane::saturated));
  const auto wcs = io::wcs_from_header(back.header);
  ASSERT_TRUE(wcs.has_value());
  const auto there = wcs->sky_at({20.3, 20.4});
  const auto here = kWcs.sky_at({60.3, 80.4});
  EXPECT_NEAR(sphere::separation(there, here).mas(), 0.0, 1e-3);
  EXPECT_EQ(io::read_image(path, {.index = {}, .name = "PSF"}).pixels.width(), 21);
  std::filesystem::remove(path);
}

TEST(Cutout, MarksPixelsBeyondTheImage) {
  const image::MaskedImage image = gradient(200, 200);
  const auto path = written(cutout_fits({.image = image}, {1.0, 199.0}, 31));
  const io::MaskedExposure back = io::read_masked_image(path);
  EXPECT_EQ(back.image.pixels(15, 15), 199.0F * 1000 + 1);
  EXPECT_TRUE(std::isnan(back.image.pixels(0, 0)));
  EXPECT_EQ(back.image.mask(0, 0), image::bit(image::MaskPlane::no_data));
  EXPECT_TRUE(std::isnan(back.image.pixels(15, 30)));
  std::filesystem::remove(path);
}

TEST(Cutout, RefusesASideThatHasNoMiddleOrIsTooSmall) {
  const image::MaskedImage image = gradient(50, 50);
  EXPECT_THROW((void)cutout_fits({.image = image}, {5.0, 5.0}, 40), ConfigError);
  EXPECT_THROW((void)cutout_fits({.image = image}, {5.0, 5.0}, 29), ConfigError);
}

TEST(Cutout, CostsLittleForAVisitOfADetector) {
  // 200 detections with three cutouts each; the budget for a detector's alerts is 0.2 s.
  const image::MaskedImage image = gradient(400, 400);
  const auto begin = std::chrono::steady_clock::now();
  std::size_t bytes = 0;
  for (int i = 0; i < 600; ++i)
    bytes += cutout_fits({.image = image, .wcs = &kWcs}, {100.0 + i % 200, 150.0}, 41).size();
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf("600 cutouts, %.1f MB in %.3f s\n", static_cast<double>(bytes) / 1e6, seconds);
  EXPECT_LT(seconds, 2.0);  // a busy machine's share of the budget, tenfold
}

}  // namespace
}  // namespace skywright::alerts
