#include "skywright/ephemeris/night_events.h"

#include <cmath>

#include <gtest/gtest.h>

#include "skywright/base/error.h"

namespace skywright::ephemeris {
namespace {

Observatory rubin() {
  return {Angle::from_degrees(-30.244639), Angle::from_degrees(-70.749417), 2662.75};
}
const time::Tai kStart = time::to_tai(time::utc_from_iso("2026-01-01T12:00"));

TEST(Nights, FollowOneAnotherInOrder) {
  const auto year = nights(rubin(), kStart, 366);
  ASSERT_EQ(year.size(), 366u);
  int without_rise = 0;
  for (std::size_t i = 0; i < year.size(); ++i) {
    const Night& n = year[i];
    EXPECT_EQ(n.number, static_cast<int>(i) + 1);
    EXPECT_EQ(i > 0 ? year[i - 1].next_noon : n.noon, n.noon);
    ASSERT_TRUE(n.sunset && n.dusk12 && n.dusk18 && n.dawn18 && n.dawn12 && n.sunrise);
    EXPECT_LT(n.noon, *n.sunset);
    EXPECT_LT(*n.sunset, *n.dusk12);
    EXPECT_LT(*n.dusk12, *n.dusk18);
    EXPECT_LT(*n.dusk18, n.midnight);
    EXPECT_LT(n.midnight, *n.dawn18);
    EXPECT_LT(*n.dawn18, *n.dawn12);
    EXPECT_LT(*n.dawn12, *n.sunrise);
    EXPECT_LT(*n.sunrise, n.next_noon);
    EXPECT_NEAR(seconds_between(n.noon, n.next_noon), 86400.0, 31.0);  // equation of time
    if (!n.moonrise) ++without_rise;
  }
  EXPECT_LE(year[0].noon, kStart);
  EXPECT_NEAR(without_rise, 366 - 366 * 24.0 / 24.842, 1.5);  // 12.4: the Moon loses a day a month
}

TEST(Nights, CrossTheirAltitudesWhenTheySay) {
  for (const double latitude : {-89.0, -66.0, -30.0, 0.0, 20.0, 48.9, 60.0, 69.6, 85.0}) {
    const Observatory there{Angle::from_degrees(latitude), Angle::from_degrees(18.9), 100.0};
    for (const Night& n : nights(there, kStart, 370)) {
      const HorizonFrame frame(there, n.noon, n.next_noon);
      const auto check = [&](const std::optional<time::Tai>& t, double degrees) {
        if (!t) return;
        EXPECT_NEAR(std::asin(frame.sun_height(*t)) * 180.0 / M_PI, degrees, 1e-5) << latitude;
      };
      const auto check_moon = [&](const std::optional<time::Tai>& t) {
        EXPECT_NEAR(t ? frame.moon_height(*t) : 0.0, 0.0, 5e-7);  // 0.1 arcsec
      };
      check(n.sunset, 0.0), check(n.dusk12, -12.0), check(n.dusk18, -18.0);
      check(n.sunrise, 0.0), check(n.dawn12, -12.0), check(n.dawn18, -18.0);
      check_moon(n.moonrise);
      check_moon(n.moonset);
      const auto dark = n.below12();
      EXPECT_EQ(dark.has_value(), n.lowest_sun.degrees() < -12.0);
      if (dark) {
        EXPECT_LT(frame.sun_height(dark->begin.plus_seconds(0.5 * dark->seconds())),
                  std::sin(-12.0 * M_PI / 180.0));
      }
    }
  }
}

TEST(Nights, AtTheEdgeOfTheMidnightSunHaveNoSunset) {
  const Observatory tromso{Angle::from_degrees(69.65), Angle::from_degrees(18.96), 0.0};
  const auto at = [&](const char* date) {
    return nights(tromso, time::to_tai(time::utc_from_iso(date)), 1).front();
  };
  const Night june = at("2026-06-21T12:00"), december = at("2026-12-21T12:00");
  EXPECT_FALSE(june.sunset || june.sunrise || june.dusk12 || june.below0());
  EXPECT_FALSE(december.sunset || december.sunrise);
  EXPECT_TRUE(december.dusk12 && december.dawn18);
  ASSERT_TRUE(december.below0());
  EXPECT_NEAR(december.below0()->seconds(), 86400.0, 40.0);
}

TEST(Nights, RefuseANegativeCount) { EXPECT_THROW(nights(rubin(), kStart, -1), InputError); }

}  // namespace
}  // namespace skywright::ephemeris
