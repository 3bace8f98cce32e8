#include "skywright/instrument/visit_info.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "skywright/base/error.h"
#include "skywright/instrument/focal_plane.h"

namespace skywright::instrument {
namespace {

using ::testing::HasSubstr;

Instrument camera(const std::string& keywords, const std::string& more = "") {
  return parse_instrument(R"(
name = "backyard"
[telescope]
aperture_m = 0.4
focal_length_m = 2.8
[camera.keywords]
)" + keywords + R"(
[[camera.sensor]]
name = "ccd"
width = 100
height = 80
[[band]]
name = "V"
physical_filter = "Johnson V"
[[band]]
name = "R"
)" + more,
                          "camera.toml");
}

header::Header frame() {
  header::Header h;
  h.set("EXPTIME", 120.0);
  h.set("DATE-OBS", "2024-03-01T02:30:15.250");
  h.set("FILTER", "Johnson V");
  h.set("RA", "05:34:31.9");
  h.set("DEC", "-00:30:00.0");
  return h;
}

std::string refusal(const header::Header& h, const Instrument& instrument) {
  try {
    visit_info_from(h, instrument);
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(VisitInfo, ReadsSexagesimalPointingIsoDateAndPhysicalFilter) {
  const VisitInfo info = visit_info_from(frame(), camera(""));
  EXPECT_EQ(info.band, "V");
  EXPECT_EQ(info.kind, ExposureKind::science);
  EXPECT_NEAR(info.boresight.ra.degrees(), 15.0 * (5.0 + 34.0 / 60 + 31.9 / 3600), 1e-10);
  EXPECT_NEAR(info.boresight.dec.degrees(), -0.5, 1e-12);
  // 2024-03-01 is MJD 60370; TAI - UTC = 37 s.
  EXPECT_NEAR((info.start.mjd() - 60370.0) * 86400.0, 9015.25 + 37.0, 2e-6);
  EXPECT_NEAR(seconds_between(info.start, info.middle()), 60.0, 1e-6);
}

TEST(VisitInfo, TakesTheTimeAsTheDescriptionSays) {
  header::Header h = frame();
  h.set("MJD", 60370.5);
  const VisitInfo tai =
      visit_info_from(h, camera("mjd_obs = \"MJD\"\ntime_scale = \"tai\"\ntime_at = \"middle\"\n"));
  EXPECT_NEAR((tai.middle().mjd() - 60370.5) * 86400.0, 0.0, 2e-6);
  const VisitInfo utc = visit_info_from(h, camera("mjd_obs = \"MJD\"\n"));
  EXPECT_NEAR((utc.start.mjd() - 60370.5) * 86400.0, 37.0, 2e-6);
  const VisitInfo iso = visit_info_from(h, camera("time_scale = \"tai\"\n"));
  EXPECT_NEAR((iso.start.mjd() - 60370.0) * 86400.0, 9015.25, 2e-6);
}

TEST(VisitInfo, ComesBackFromTheCardsThatItWrites) {
  for (const char* name : {"lsst", "gmt"}) {
    const Instrument instrument = load_instrument(name);
    VisitInfo info;
    info.visit = 2026112200017;
    info.detector = instrument.camera.detectors.back().id;
    info.band = "r";
    info.start = time::Tai::from_mjd(61366.123456789);
    info.exposure_s = 15.0;
    info.boresight = sphere::SkyPosition::from_degrees(359.25, -44.125);
    info.rotation = Angle::from_degrees(-37.5);
    info.airmass = 1.23;
    for (const ExposureKind kind : {ExposureKind::science, ExposureKind::flat}) {
      info.kind = kind;
      header::Header h;
      set_visit_info(h, info, instrument);
      const VisitInfo back = visit_info_from(h, instrument);
      EXPECT_EQ(back.visit, name == std::string("lsst") ? info.visit : back.visit);
      EXPECT_EQ(back.detector, info.detector);
      EXPECT_EQ(back.kind, info.kind);
      EXPECT_EQ(back.band, info.band);
      EXPECT_NEAR(seconds_between(info.start, back.start), 0.0, 2e-6);
      EXPECT_DOUBLE_EQ(back.exposure_s, info.exposure_s);
      EXPECT_NEAR(sphere::separation(back.boresight, info.boresight).mas(), 0.0, 1e-3);
      EXPECT_NEAR(back.rotation.degrees(), -37.5, 1e-12);
      EXPECT_DOUBLE_EQ(back.airmass, info.airmass);
    }
  }
}

TEST(VisitInfo, WritesTheDateThatItReadsWithoutMjd) {
  for (const char* scale : {"utc", "tai"}) {
    const Instrument instrument =
        camera("mjd_obs = \"\"\ntime_scale = \"" + std::string(scale) + "\"\n");
    VisitInfo info = visit_info_from(frame(), instrument);
    // The last day with a leap second, 2016-12-31 (MJD 57753), shortly before its end.
    info.start = time::Tai::from_mjd(57753.9);
    header::Header h;
    set_visit_info(h, info, instrument);
    EXPECT_NEAR(seconds_between(info.start, visit_info_from(h, instrument).start), 0.0, 5e-6)
        << scale;
  }
}

TEST(VisitInfo, NamesTheKeywordThatIsMissingOrWrong) {
  const Instrument instrument = camera("");
  header::Header h = frame();
  h.erase("EXPTIME");
  EXPECT_THAT(refusal(h, instrument), HasSubstr("EXPTIME: is missing"));
  h = frame();
  h.set("FILTER", "Ks");
  EXPECT_THAT(refusal(h, instrument), HasSubstr("\"Ks\" is no band of backyard"));
  h = frame();
  h.set("RA", "somewhere");
  EXPECT_THAT(refusal(h, instrument), HasSubstr("\"somewhere\" is no angle"));
  h = frame();
  h.set("DEC", 95.0);
  EXPECT_THAT(refusal(h, instrument), HasSubstr("95 is no declination"));
  h = frame();
  h.erase("DATE-OBS");
  EXPECT_THAT(refusal(h, instrument), HasSubstr("MJD-OBS or DATE-OBS: is missing"));
  h = frame();
  h.set("IMAGETYP", "lunch");
  EXPECT_THAT(refusal(h, instrument), HasSubstr("\"lunch\" is no kind of exposure"));
  h.set("IMAGETYP", "Bias Frame");
  EXPECT_EQ(visit_info_from(h, instrument).kind, ExposureKind::bias);
}

TEST(VisitInfo, TakesTheReferencePointOfAWcsWhereThereIsNoPointing) {
  header::Header h = frame();
  h.erase("RA");
  h.erase("DEC");
  EXPECT_THAT(refusal(h, camera("")), HasSubstr("RA: is missing"));
  h.set("CTYPE1", "RA---TAN");
  h.set("CRVAL1", 123.5);
  h.set("CRVAL2", -7.25);
  const VisitInfo info = visit_info_from(h, camera(""));
  EXPECT_NEAR(info.boresight.ra.degrees(), 123.5, 1e-12);
  EXPECT_NEAR(info.boresight.dec.degrees(), -7.25, 1e-12);
}

TEST(MatchBand, TakesTheFirstWordOfALongFilterName) {
  const Instrument lsst = load_instrument("lsst");
  EXPECT_EQ(match_band(lsst, "r DECam SDSS c0002 6415.0 1480.0"), "r");
  EXPECT_EQ(match_band(lsst, "r_57"), "r");
  EXPECT_EQ(match_band(lsst, "N419"), std::nullopt);
}

TEST(FocalPlane, HasNorthUpAndEastLeftAtRotationZero) {
  const Telescope telescope = load_instrument("lsst").telescope;
  const auto boresight = sphere::SkyPosition::from_degrees(10.0, 0.0);
  const auto north = sky_at(telescope, {0.0, 100.0}, boresight, {});
  EXPECT_GT(north.dec.degrees(), 0.5);
  EXPECT_NEAR(north.ra.degrees(), 10.0, 1e-9);
  const auto west = sky_at(telescope, {100.0, 0.0}, boresight, {});
  EXPECT_LT(west.ra.degrees(), 9.5);  // right ascension grows towards -x
  EXPECT_NEAR(west.dec.degrees(), 0.0, 1e-9);
}

TEST(FocalPlane, TurnsFromNorthThroughEast) {
  const Telescope telescope = load_instrument("lsst").telescope;
  const auto boresight = sphere::SkyPosition::from_degrees(10.0, -30.0);
  for (const double q : {0.0, 30.0, 123.0, -77.0}) {
    const auto up = sky_at(telescope, {0.0, 200.0}, boresight, Angle::from_degrees(q));
    const Angle found = sphere::position_angle(boresight, up) - Angle::from_degrees(q);
    EXPECT_NEAR(found.wrapped_around_zero().degrees(), 0.0, 1e-9) << q;
  }
}

TEST(FocalPlane, ComesBackFromTheSky) {
  const Telescope telescope = load_instrument("lsst").telescope;
  const auto boresight = sphere::SkyPosition::from_degrees(200.0, -60.0);
  const Angle q = Angle::from_degrees(33.0);
  for (double x = -300.0; x <= 300.0; x += 75.0)
    for (double y = -300.0; y <= 300.0; y += 75.0) {
      const auto sky = sky_at(telescope, {x, y}, boresight, q);
      const auto back = focal_plane_at(telescope, sky, boresight, q);
      EXPECT_NEAR(back.x_mm, x, 1e-7);
      EXPECT_NEAR(back.y_mm, y, 1e-7);
    }
}

// batoid, LSST v3.3 r band at 622.1 nm: spots at 1.75 degrees have their centroid at 315.173 mm.
TEST(FieldRadius, IsThatOfRaysTracedThroughTheDesign) {
  const Telescope telescope = load_instrument("lsst").telescope;
  EXPECT_NEAR(field_radius_mm(telescope, Angle::from_degrees(1.75)), 315.17299, 0.002);
  EXPECT_NEAR(field_angle(telescope, 315.17299).degrees(), 1.75, 2e-5);
}

TEST(PredictedWcs, FollowsTheDesignToTenMicroarcsecondsOverEachCorner) {
  const Instrument lsst = load_instrument("lsst");
  const auto boresight = sphere::SkyPosition::from_degrees(45.0, -25.0);
  const Angle q = Angle::from_degrees(71.0);
  for (const char* name : {"R22_S11", "R01_S00", "R14_S02", "R43_S22"}) {
    const Detector& d = lsst.detector(name);
    const wcs::Wcs wcs = predicted_wcs(lsst, d, boresight, q);
    for (const PixelPosition p :
         {PixelPosition{0.0, 0.0}, PixelPosition{1234.5, 3987.0}, PixelPosition{4000.0, 17.25}}) {
      const auto design = sky_at(lsst.telescope, focal_plane_at(d, p), boresight, q);
      EXPECT_LT(sphere::separation(wcs.sky_at(p), design).mas(), 0.01) << name;
    }
    EXPECT_NEAR(wcs.pixel_scale({2000.0, 2000.0}).arcsec(), 0.2, 0.001);
  }
}

TEST(PredictedWcs, OfAnUnrotatedCameraHasNorthAlongPlusYAndEastAlongMinusX) {
  const Instrument lsst = load_instrument("lsst");
  const wcs::Wcs wcs = predicted_wcs(lsst, lsst.detector("R22_S11"),
                                     sphere::SkyPosition::from_degrees(45.0, -25.0), {});
  const auto cd = wcs.linear().cd;
  const double scale = 0.200059 / 3600.0;
  EXPECT_NEAR(cd[0], -scale, 1e-4 * scale);
  EXPECT_NEAR(cd[3], scale, 1e-4 * scale);
  EXPECT_NEAR(cd[1], 0.0, 1e-4 * scale);
  EXPECT_NEAR(cd[2], 0.0, 1e-4 * scale);
}

}  // namespace
}  // namespace skywright::instrument
