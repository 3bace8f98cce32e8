#include "skywright/instrument/headlines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "skywright/base/error.h"
#include "skywright/instrument/depth.h"
#include "skywright/instrument/pupil.h"

namespace skywright::instrument {
namespace {

using ::testing::HasSubstr;

std::string computed(const Instrument& instrument, std::string_view quantity) {
  for (const Headline& headline : compute_headlines(instrument))
    if (headline.quantity == quantity) return headline.computed;
  return "no such headline";
}

// The computed column of the published figures: 3.09 Gpixel, 9.62 and 9.55 deg2, 633.5 and 738 mm.
TEST(FocalPlaneFigures, OfLsstAreThoseThatItsGeometryGives) {
  const FocalPlaneFigures f = focal_plane_figures(load_instrument("lsst"));
  EXPECT_NEAR(f.imaging_pixels / 1e9, 3.09, 0.005);
  EXPECT_NEAR(f.silicon_deg2, 9.55, 0.005);
  EXPECT_NEAR(f.width_mm, 633.5, 0.05);
  EXPECT_NEAR(f.circle_mm, 738.0, 0.5);
  EXPECT_NEAR(f.gap_x_mm, 1.29, 1e-9);
  EXPECT_NEAR(f.gap_y_mm, 2.21, 1e-9);
  EXPECT_DOUBLE_EQ(f.raw_pixels, 3024.0 * 576.0 * 2048.0);
}

TEST(ComputeHeadlines, OfLsstGiveTheirFigures) {
  const Instrument lsst = load_instrument("lsst");
  EXPECT_EQ(computed(lsst, "science_pixels"), "3.09 Gpixel");
  EXPECT_EQ(computed(lsst, "amplifiers"), "3024");
  EXPECT_EQ(computed(lsst, "field_area"), "9.62 deg2");
  EXPECT_EQ(computed(lsst, "readout"), "2.00 s");
  EXPECT_EQ(computed(lsst, "focal_ratio"), "f/1.23");
  EXPECT_EQ(computed(lsst, "collecting_area"), "32.4 m2");
  for (const Headline& headline : compute_headlines(lsst)) {
    EXPECT_FALSE(headline.definition.empty()) << headline.name;
    EXPECT_EQ(headline.computed.empty(), headline.quantity.empty()) << headline.name;
  }
}

TEST(ComputeHeadlines, OfACameraThatQuotesNoneDescribeItAllTheSame) {
  const Instrument small = parse_instrument(
      "name = \"x\"\n[telescope]\naperture_m = 0.4\nfocal_length_m = 2.8\n"
      "[[camera.sensor]]\nname = \"ccd\"\nwidth = 1000\nheight = 1000\npixel_um = 9.0\n",
      "x.toml");
  EXPECT_EQ(computed(small, "science_pixels"), "1.00 Mpixel");
  EXPECT_THAT(computed(small, "pixel_scale"), HasSubstr("0.6630 arcsec"));
}

TEST(ComputeHeadlines, RefusesAQuantityThatDoesNotExist) {
  try {
    parse_instrument("based_on = \"gmt\"\n[[headline]]\nname = \"a\"\nquantity = \"weight\"\n",
                     "x");
    FAIL() << "accepted";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("pixel_scale"));
  }
}

// Standard conditions of rubin_scheduler: 23.70 24.97 24.52 24.13 23.56 22.55.
TEST(FiveSigmaDepth, IsThePublishedOneInStandardConditions) {
  const Instrument lsst = load_instrument("lsst");
  const double published[] = {23.70, 24.97, 24.52, 24.13, 23.56, 22.55};
  for (std::size_t i = 0; i < lsst.bands.size(); ++i) {
    const Band& band = lsst.bands[i];
    EXPECT_NEAR(five_sigma_depth(band, {.sky = band.dark_sky, .fwhm_eff = band.fwhm_eff_arcsec}),
                published[i], 0.01)
        << band.name;
  }
  // One magnitude of extinction a unit of airmass; four times the time gives at least 0.75 mag.
  const Band& u = lsst.band("u");
  const double one = five_sigma_depth(u, {.sky = u.dark_sky});
  EXPECT_NEAR(one - five_sigma_depth(u, {.sky = u.dark_sky, .airmass = 2.0}), u.extinction, 1e-12);
  EXPECT_GT(five_sigma_depth(u, {.sky = u.dark_sky, .exposure_s = 120.0}) - one, 0.7526);
}

TEST(Pupil, OfAFilledCircleIsAnAiryDisc) {
  Telescope telescope;
  telescope.aperture_m = 4.0;
  const auto parts = pupil_parts(telescope);
  EXPECT_NEAR(pupil_fwhm(parts, 4.0), 1.029, 0.0005);
  // First dark ring at 1.2197 lambda / D.
  EXPECT_LT(pupil_intensity(parts, 1.21967 / 4.0, 0.0), 1e-9);
}

TEST(Pupil, OfGmtHasItsPublishedDiameterAndArea) {
  const auto parts = pupil_parts(load_instrument("gmt").telescope);
  EXPECT_NEAR(pupil_diameter(parts), 25.4, 0.05);
  EXPECT_NEAR(pupil_area(parts), 368.0, 0.5);
}

// Discs laid side by side, not projected along the axis, give the published 1.064 lambda / 25.4 m;
// whether it was computed so is our inference. Tilted as the segments are, the outer ones are
// narrower and lie further in: 1 per cent wider a PSF.
TEST(Pupil, OfGmtHasThePublishedWidthWhereItsSegmentsAreNotTilted) {
  Telescope telescope = load_instrument("gmt").telescope;
  const double tilted = pupil_fwhm(pupil_parts(telescope), 25.4);
  telescope.segment_tilt_deg.clear();
  const double flat = pupil_fwhm(pupil_parts(telescope), 25.4);
  EXPECT_NEAR(flat, 1.064, 0.003);
  EXPECT_NEAR(tilted / flat, 1.009, 0.002);
}

}  // namespace
}  // namespace skywright::instrument
