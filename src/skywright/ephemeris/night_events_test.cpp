#include "skywright/ephemeris/night_events.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

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

/// What another library says happens at one site in 32 days, by event.
struct Window {
  Observatory there;
  double begin = 0.0;  ///< JD, TAI
  double dut1 = 0.0;
  std::map<std::string, std::vector<double>> crossings;  ///< JD, TAI
};

std::vector<Window> skyfields_windows() {
  std::ifstream file(SKYWRIGHT_SOURCE_DIR
                     "/tests/reference/ephemeris/crossings_skyfield_de421.csv");
  std::map<std::pair<std::string, std::string>, Window> windows;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#' || line.starts_with("site")) continue;
    std::stringstream words(line);
    std::array<std::string, 8> w;
    for (auto& word : w) std::getline(words, word, ',');
    Window& window = windows[{w[0], w[4]}];
    window.there = {Angle::from_degrees(std::stod(w[1])), Angle::from_degrees(std::stod(w[2])),
                    std::stod(w[3])};
    window.begin = std::stod(w[4]);
    window.dut1 = std::stod(w[7]);
    window.crossings[w[5]].push_back(std::stod(w[6]));
  }
  std::vector<Window> out;
  for (auto& [key, window] : windows) out.push_back(std::move(window));
  return out;
}

TEST(Nights, HappenWithinASecondOfSkyfields) {
  // tests/reference/ephemeris: skyfield with DE421 at five sites, one beyond the polar circle, in
  // January, June and October.
  const auto windows = skyfields_windows();
  ASSERT_EQ(windows.size(), 15u);
  double worst = 0.0;
  int compared = 0;
  for (const Window& w : windows) {
    std::map<std::string, std::vector<double>> ours;
    const time::Tai begin{w.begin, 0.0};
    const auto note = [&](const char* event, const std::optional<time::Tai>& t) {
      const double s = t ? seconds_between(begin, *t) : -1.0;
      if (s >= 0.0 && s < 32 * 86400.0) ours[event].push_back(s);
    };
    for (const Night& n : nights(w.there, begin.plus_seconds(-86400.0), 35, {w.dut1, {}, {}})) {
      note("sunset", n.sunset), note("dusk12", n.dusk12), note("dusk18", n.dusk18);
      note("dawn18", n.dawn18), note("dawn12", n.dawn12), note("sunrise", n.sunrise);
      note("moonrise", n.moonrise), note("moonset", n.moonset);
      note("moonrise", n.second_moonrise), note("moonset", n.second_moonset);
    }
    ASSERT_EQ(ours.size(), w.crossings.size());
    for (const auto& [event, theirs] : w.crossings) {
      const auto& mine = ours[event];
      ASSERT_EQ(mine.size(), theirs.size()) << event << w.there.latitude.degrees() << w.begin;
      for (std::size_t i = 0; i < theirs.size(); ++i) {
        worst = std::max(worst, std::abs(mine[i] - (theirs[i] - w.begin) * 86400.0));
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 3000);
  EXPECT_LT(worst, 1.0);  // [s]
  RecordProperty("worst_seconds", std::to_string(worst));
}

TEST(Nights, RefuseANegativeCount) { EXPECT_THROW(nights(rubin(), kStart, -1), InputError); }

}  // namespace
}  // namespace skywright::ephemeris
