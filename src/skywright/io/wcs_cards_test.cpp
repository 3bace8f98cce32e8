// wcslib reads the same cards: the oracle.
#include "skywright/io/wcs_cards.h"

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <wcslib/wcs.h>
#include <wcslib/wcshdr.h>

#include "skywright/base/error.h"
#include "skywright/base/test_data.h"
#include "skywright/io/detail/card_text.h"
#include "skywright/io/fits.h"

namespace skywright::io {
namespace {

using header::Header;

/// The sky at a pixel by wcslib [deg]; one-based as FITS counts.
std::array<double, 2> oracle_sky(const Header& header, double x, double y) {
  std::string cards;
  for (const header::Card& card : header.cards()) detail::format_card(card, cards);
  std::string end = "END";
  end.resize(80, ' ');
  cards += end;
  wcsprm* wcs = nullptr;
  int rejected = 0;
  int count = 0;
  EXPECT_EQ(wcspih(cards.data(), static_cast<int>(cards.size() / 80), WCSHDR_all, 0, &rejected,
                   &count, &wcs),
            0);
  EXPECT_GT(count, 0);
  EXPECT_EQ(wcsset(wcs), 0);
  double pixel[2] = {x, y}, plane[2], phi, theta, world[2];
  int bad = 0;
  EXPECT_EQ(wcsp2s(wcs, 1, 2, pixel, plane, &phi, &theta, world, &bad), 0);
  const std::array<double, 2> out = {world[wcs->lng], world[wcs->lat]};
  wcsvfree(&count, &wcs);
  return out;
}

/// Agreement to 1e-6 of a pixel of `scale` degrees, at corners and within.
void expect_agrees(const Header& header, double scale, double size = 4000.0) {
  const auto wcs = wcs_from_header(header);
  ASSERT_TRUE(wcs.has_value());
  for (const double x : {0.0, 0.31 * size, size})
    for (const double y : {0.0, 0.77 * size, size}) {
      const auto [ra, dec] = oracle_sky(header, x + 1.0, y + 1.0);
      const auto sky = wcs->sky_at({.x = x, .y = y});
      const double across =
          std::remainder(sky.ra.degrees() - ra, 360.0) * std::cos(dec * std::numbers::pi / 180.0);
      EXPECT_LT(std::hypot(across, sky.dec.degrees() - dec), 1e-6 * scale) << x << ' ' << y;
    }
}

Header base() {
  Header h;
  h.set("CTYPE1", "RA---TAN");
  h.set("CTYPE2", "DEC--TAN");
  h.set("CRPIX1", 1800.5);
  h.set("CRPIX2", 2100.25);
  h.set("CRVAL1", 359.98);
  h.set("CRVAL2", -33.5);
  return h;
}

Header with_cd() {
  Header h = base();
  h.set("CD1_1", -5.1e-5);
  h.set("CD1_2", 2.0e-5);
  h.set("CD2_1", 1.9e-5);
  h.set("CD2_2", 5.2e-5);
  return h;
}

TEST(WcsCards, EveryFormOfTheLinearPartAgreesWithWcslib) {
  expect_agrees(with_cd(), 5e-5);
  Header pc = base();
  pc.set("CDELT1", -5.5e-5);
  pc.set("CDELT2", 5.5e-5);
  pc.set("PC1_1", 0.8);
  pc.set("PC1_2", -0.6);
  pc.set("PC2_1", 0.6);
  pc.set("PC2_2", 0.8);
  expect_agrees(pc, 5e-5);
  Header crota = base();
  crota.set("CDELT1", -5.5e-5);
  crota.set("CDELT2", 6.5e-5);
  crota.set("CROTA2", 33.0);
  expect_agrees(crota, 5e-5);
  Header arcsec = base();
  arcsec.set("CUNIT1", "arcsec");
  arcsec.set("CUNIT2", "arcsec");
  arcsec.set("CRVAL1", 3600.0);
  arcsec.set("CRVAL2", -72000.0);
  arcsec.set("CDELT1", -0.2);
  arcsec.set("CDELT2", 0.2);
  expect_agrees(arcsec, 5e-5);
}

TEST(WcsCards, LonpoleTurnsAndThePoleIsTheStandards) {
  Header turned = with_cd();
  turned.set("LONPOLE", 123.0);
  expect_agrees(turned, 5e-5);
  Header pole = with_cd();
  pole.set("CRVAL2", 90.0);
  expect_agrees(pole, 5e-5);
  Header alias = with_cd();
  alias.set("PV1_3", 140.0);
  expect_agrees(alias, 5e-5);
}

TEST(WcsCards, SwappedAxesAgreeWithWcslib) {
  Header h = with_cd();
  h.set("CTYPE1", "DEC--TAN");
  h.set("CTYPE2", "RA---TAN");
  h.set("CRVAL1", -33.5);
  h.set("CRVAL2", 12.0);
  expect_agrees(h, 5e-5);
}

TEST(WcsCards, SipAgreesWithWcslib) {
  Header h = with_cd();
  h.set("CTYPE1", "RA---TAN-SIP");
  h.set("CTYPE2", "DEC--TAN-SIP");
  h.set("A_ORDER", 3);
  h.set("B_ORDER", 2);
  h.set("A_2_0", 2e-6);
  h.set("A_1_1", -1e-6);
  h.set("A_0_3", 3e-10);
  h.set("B_0_2", -2e-6);
  h.set("B_1_1", 1.5e-6);
  expect_agrees(h, 5e-5);
}

TEST(WcsCards, TpvAndOldScampHeadersAgreeWithWcslib) {
  Header h = with_cd();
  h.set("CTYPE1", "RA---TPV");
  h.set("CTYPE2", "DEC--TPV");
  h.set("PV1_0", 1e-4);
  h.set("PV1_1", 1.001);
  h.set("PV1_4", 2e-3);
  h.set("PV1_7", 0.1);
  h.set("PV2_1", 0.999);
  h.set("PV2_2", 1e-3);
  h.set("PV2_8", -0.05);
  expect_agrees(h, 5e-5);
  // The same coefficients under TAN, as SCAMP wrote them before 2.0: what TPV was made for.
  const auto tpv = wcs_from_header(h);
  h.set("CTYPE1", "RA---TAN");
  h.set("CTYPE2", "DEC--TAN");
  const auto scamp = wcs_from_header(h);
  EXPECT_EQ(tpv->sky_at({.x = 3000.0, .y = 100.0}).dec.degrees(),
            scamp->sky_at({.x = 3000.0, .y = 100.0}).dec.degrees());
}

TEST(WcsCards, RealHeadersAgreeWithWcslib) {
  for (const char* name : {"images/dec04a.fits", "images/dec04c.fits", "images/nircam_sci.fits"}) {
    const auto path = SKYWRIGHT_TEST_DATA(name);
    const Header header = read_header(path);
    Header cards;  // those that the WCS needs; the rest of a real header upsets no one but wcspih
    for (const header::Card& card : header.cards()) {
      const std::string& k = card.keyword;
      for (const char* stem : {"CTYPE", "CRPIX", "CRVAL", "CD", "PC", "PV", "CUNIT", "LONPOLE"})
        if (k.starts_with(stem) && !k.starts_with("PCOUNT")) cards.set(k, card.value);
    }
    const double scale = wcs_from_header(header)->pixel_scale({.x = 100.0, .y = 100.0}).degrees();
    expect_agrees(cards, scale, 256.0);
  }
}

TEST(WcsCards, WhatIsSetReadsBackTheSame) {
  Header sip = with_cd();
  sip.set("CTYPE1", "RA---TAN-SIP");
  sip.set("CTYPE2", "DEC--TAN-SIP");
  sip.set("A_ORDER", 2);
  sip.set("B_ORDER", 2);
  sip.set("A_2_0", 2e-6);
  sip.set("AP_ORDER", 2);
  sip.set("BP_ORDER", 2);
  sip.set("AP_2_0", -2e-6);
  Header tpv = with_cd();
  tpv.set("CTYPE1", "RA---TPV");
  tpv.set("CTYPE2", "DEC--TPV");
  tpv.set("PV1_4", 2e-3);
  for (const Header& h : {with_cd(), sip, tpv}) {
    const auto wcs = wcs_from_header(h);
    Header stale;
    stale.set("CTYPE1A", "LINEAR");
    stale.set("CROTA2", 12.0);
    stale.set("PV2_7", 1.0);
    stale.set("A_3_0", 1.0);
    stale.set("CDELT1", 3.0);
    stale.set("EXPTIME", 30.0);
    stale.set("CDATE", "x");
    set_wcs(stale, *wcs);
    for (const char* gone : {"CTYPE1A", "CROTA2", "PV2_7", "A_3_0", "CDELT1"})
      EXPECT_FALSE(stale.contains(gone)) << gone;
    EXPECT_TRUE(stale.contains("EXPTIME"));
    EXPECT_TRUE(stale.contains("CDATE"));
    const auto back = wcs_from_header(stale);
    for (const double x : {-100.0, 2000.0, 5000.0}) {
      EXPECT_NEAR(wcs->sky_at({.x = x, .y = x}).ra.degrees(),
                  back->sky_at({.x = x, .y = x}).ra.degrees(), 1e-12);
      EXPECT_NEAR(wcs->sky_at({.x = x, .y = x}).dec.degrees(),
                  back->sky_at({.x = x, .y = x}).dec.degrees(), 1e-12);
    }
    EXPECT_EQ(wcs->sip() != nullptr, back->sip() != nullptr);
    EXPECT_EQ(wcs->tpv() != nullptr, back->tpv() != nullptr);
  }
}

TEST(WcsCards, NoWcsIsNoError) {
  EXPECT_FALSE(wcs_from_header(Header()).has_value());
  Header linear;
  linear.set("CTYPE1", "LINEAR");
  linear.set("CTYPE2", "LAMBDA");
  EXPECT_FALSE(wcs_from_header(linear).has_value());
}

TEST(WcsCards, NonsenseIsAnInputErrorThatNamesTheCard) {
  const auto broken = [](const char* keyword, header::Value value) {
    Header h = with_cd();
    h.set(keyword, std::move(value));
    return h;
  };
  struct Case {
    Header header;
    const char* says;
  };
  Header singular = with_cd();
  singular.set("CD2_1", -5.1e-5);
  singular.set("CD2_2", 2.0e-5);
  Header no_scale = base();
  Header no_value = with_cd();
  no_value.erase("CRVAL2");
  const std::vector<Case> cases = {
      {broken("CTYPE2", std::string("RA---TAN")), "axes"},
      {broken("CTYPE2", std::string("")), "axes"},
      {broken("CTYPE2", std::string("DEC--SIN")), "projections"},
      {broken("CRVAL1", std::string("twelve")), "CRVAL1"},
      {broken("CRVAL2", 97.0), "pole"},
      {broken("CRPIX1", header::Value{}), "CRPIX1"},
      {broken("CRPIX1", 1e300), "reference pixel"},
      {broken("CD1_1", std::nan("")), "CD1_1"},
      {broken("CD1_1", 1e200), "wide"},
      {broken("CUNIT1", std::string("furlong")), "furlong"},
      {broken("EQUINOX", 1950.0), "FK4"},
      {broken("RADESYS", std::string("GAPPT")), "GAPPT"},
      {broken("A_ORDER", 400), "A_ORDER"},
      {singular, "singular"},
      {no_scale, "CDELT1"},
      {no_value, "CRVAL2"},
  };
  for (const Case& c : cases) {
    try {
      wcs_from_header(c.header);
      ADD_FAILURE() << "accepted: " << c.says;
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr(c.says));
    }
  }
}

}  // namespace
}  // namespace skywright::io
