#include "skywright/schedule/simulate.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "skywright/base/error.h"
#include "skywright/config/toml_config.h"
#include "skywright/schedule/detail/test_nights.h"
#include "skywright/sphere/direction.h"

namespace skywright::schedule {
namespace {

using test::all_visits;
using test::clear_nights;

const std::vector<Visit>& some_visits() {
  static const std::vector<Visit> visits = [] {
    Simulation simulation(clear_nights(20));
    return all_visits(simulation);
  }();
  return visits;
}

TEST(Simulation, FillsClearNights) {
  // 20 clear nights in May of eleven hours each between twilights of -12 degrees; a visit of 30 s
  // with a slew of seven takes 39 s, of which filter changes take some per cent.
  const double nights_hours = 20 * 11.0;
  const double expected = nights_hours * 3600.0 / 39.0;
  EXPECT_GT(static_cast<double>(some_visits().size()), 0.85 * expected);
  EXPECT_LT(static_cast<double>(some_visits().size()), 1.15 * expected);
}

TEST(Simulation, VisitsFollowEachOtherWithTheirSlews) {
  const auto& visits = some_visits();
  for (std::size_t i = 1; i < visits.size(); ++i) {
    const double free = visits[i].start_mjd - visits[i].slew_time / 86400.0;
    // 1e-9 day is the rounding of an MJD.
    ASSERT_GE(free, visits[i - 1].end_mjd() - 1e-9) << i;
    ASSERT_EQ(visits[i].id, visits[i - 1].id + 1);
  }
}

TEST(Simulation, KeepsItsLimits) {
  for (const Visit& v : some_visits()) {
    ASSERT_GE(v.altitude, 20.0) << v.id;
    ASSERT_LE(v.altitude, 86.5) << v.id;
    ASSERT_GE(v.moon_distance, 30.0) << v.id;
    ASSERT_LE(v.sun_altitude, -12.0) << v.id;
    ASSERT_LE(std::abs(v.rot_tel_pos), 90.0) << v.id;
    ASSERT_EQ(v.cloud, 0.0);
    ASSERT_TRUE(std::isfinite(v.depth) && std::isfinite(v.sky_brightness)) << v.id;
  }
}

TEST(Simulation, MountsFiltersByTheMoon) {
  std::map<int, std::set<int>> bands;
  std::map<int, double> moon;
  for (const Visit& v : some_visits()) {
    bands[v.night].insert(v.band);
    if (moon.count(v.night) == 0) moon[v.night] = v.moon_phase;
  }
  bool bright = false, dark = false;
  for (const auto& [night, used] : bands) {
    const bool is_bright = moon[night] > 42.0, is_dark = moon[night] < 38.0;
    EXPECT_FALSE(is_bright && used.count(0) > 0) << night;
    EXPECT_FALSE(is_dark && used.count(5) > 0) << night;
    bright |= is_bright;
    dark |= is_dark;
  }
  EXPECT_TRUE(bright && dark) << "twenty nights hold both halves of a lunation";
}

TEST(Simulation, TurnsTheCameraWithTheSky) {
  for (const Visit& v : some_visits()) {
    const double expected = std::remainder(v.pseudo_parallactic - v.rot_tel_pos - 90.0, 360.0);
    ASSERT_NEAR(std::remainder(v.rot_sky_pos - expected, 360.0), 0.0, 1e-9) << v.id;
  }
}

TEST(Simulation, TakesPairsInTwoFiltersHalfAnHourApart) {
  std::map<std::pair<int, std::pair<long, long>>, std::vector<const Visit*>> places;
  for (const Visit& v : some_visits())
    if (v.note.starts_with("pair_33"))
      places[{v.night, {std::lround(v.ra * 1e4), std::lround(v.dec * 1e4)}}].push_back(&v);
  std::size_t paired = 0, total = 0;
  double minutes = 0.0;
  for (const auto& [place, visits] : places) {
    total += visits.size();
    for (std::size_t i = 1; i < visits.size(); i += 2) {
      const double gap = (visits[i]->start_mjd - visits[i - 1]->start_mjd) * 1440.0;
      if (gap > 60.0) continue;
      paired += 2;
      minutes += gap;
    }
  }
  ASSERT_GT(total, 1000U);
  EXPECT_GT(static_cast<double>(paired), 0.9 * static_cast<double>(total));
  EXPECT_NEAR(minutes / (0.5 * static_cast<double>(paired)), 33.0, 8.0);
}

TEST(Simulation, GoesOnAsIfItHadNeverStopped) {
  Simulation whole(clear_nights(6));
  const std::vector<Visit> expected = all_visits(whole);
  Simulation first(clear_nights(3));
  const std::vector<Visit> begun = all_visits(first);
  Simulation second(clear_nights(6));
  second.resume(begun, 3);
  std::vector<Visit> got = begun;
  for (const Visit& v : all_visits(second)) got.push_back(v);
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    ASSERT_EQ(got[i].id, expected[i].id);
    ASSERT_EQ(got[i].start_mjd, expected[i].start_mjd) << i;
    ASSERT_EQ(got[i].ra, expected[i].ra);
    ASSERT_EQ(got[i].depth, expected[i].depth);
    ASSERT_EQ(got[i].note, expected[i].note);
  }
}

TEST(Simulation, AnotherSeedPointsElsewhere) {
  SimulationRequest request = clear_nights(1);
  Simulation one(request);
  request.seed = 4;
  Simulation other(request);
  EXPECT_NE(all_visits(one).front().ra, all_visits(other).front().ra);
}

TEST(Simulation, StaysClosedUnderClouds) {
  SimulationRequest request = clear_nights(3);
  request.weather.cloud = {{50000.0, 60000.0, 70000.0}, {1.0, 1.0, 1.0}};
  Simulation simulation(request);
  const auto night = simulation.next();
  ASSERT_TRUE(night.has_value());
  EXPECT_TRUE(night->visits.empty());
  EXPECT_NEAR(night->closed_hours, night->dark_hours, 0.1);
}

TEST(Simulation, ServesOpportunitiesFirst) {
  SimulationRequest request = clear_nights(2);
  Target event;
  event.name = "event1";
  event.ra_deg = 200.0;
  event.dec_deg = -30.0;
  event.bands = {"g", "i"};
  event.visits = {2, 3};
  event.epochs = 2;
  event.gap_hours = 1.0;
  event.moon_distance_deg = 0.0;
  event.begin_mjd = 60797.1;
  event.end_mjd = 60798.5;
  request.opportunities = {event};
  request.strategy.filters.dark = {};
  request.strategy.filters.bright = {};
  request.strategy.limits.moon_distance_deg = 0.0;
  Simulation simulation(request);
  std::map<int, int> by_band;
  double last = 0.0;
  for (const Visit& v : all_visits(simulation)) {
    if (v.target != "event1") continue;
    ++by_band[v.band];
    EXPECT_GE(v.start_mjd, event.begin_mjd);
    EXPECT_EQ(v.reason, "too");
    last = v.start_mjd;
  }
  EXPECT_EQ(by_band[1], 4);
  EXPECT_EQ(by_band[3], 6);
  EXPECT_LT(last, event.end_mjd);
}

TEST(CheckStrategy, RefusesAFieldThatNeverRises) {
  SimulationRequest request = clear_nights(1);
  request.strategy.deep.fields.front().dec_deg = 60.0;
  try {
    Simulation simulation(request);
    FAIL() << "accepted";
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("ELAISS1"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("never stands 20 degrees high"), std::string::npos);
  }
}

TEST(CheckStrategy, RefusesWhatTheInstrumentLacks) {
  SimulationRequest request = clear_nights(1);
  request.strategy.surveys.front().bands = {"H"};
  EXPECT_THROW(Simulation{request}, ConfigError);
}

TEST(CheckStrategy, RefusesUnknownKeys) {
  StrategyConfig strategy;
  EXPECT_THROW(config::read_toml(strategy, "[limits]\nmin_altitud_deg = 20\n", "s.toml"),
               ConfigError);
}

TEST(DeepSessions, OfASeasonDoNotDependOnWhereTheNightsEnd) {
  const SimulationRequest request = clear_nights(1);
  const Setting setting(request.instrument, request.strategy, 1);
  const auto nights = ephemeris::nights(setting.observatory,
                                        time::Tai::from_mjd(request.strategy.start_mjd), 366 + 120);
  const auto shorter = plan_deep_sessions(setting, std::span(nights).subspan(0, 366));
  const auto longer = plan_deep_sessions(setting, nights);
  // Seasons that began before the shorter list's last 120 nights are whole in both.
  std::vector<DeepSession> a, b;
  for (const auto& s : shorter)
    if (s.night <= 120) a.push_back(s);
  for (const auto& s : longer)
    if (s.night <= 120) b.push_back(s);
  ASSERT_FALSE(a.empty());
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].field, b[i].field);
    EXPECT_EQ(a[i].begin_mjd, b[i].begin_mjd);
  }
}

TEST(DeepSessions, AreAboutAsManyAsWanted) {
  const SimulationRequest request = clear_nights(1);
  const Setting setting(request.instrument, request.strategy, 1);
  const auto nights =
      ephemeris::nights(setting.observatory, time::Tai::from_mjd(request.strategy.start_mjd), 800);
  std::map<std::pair<std::size_t, int>, int> per_field;
  std::set<std::pair<std::size_t, int>> nights_used;
  for (const auto& s : plan_deep_sessions(setting, nights)) {
    ++per_field[{s.field, 0}];
    EXPECT_TRUE(nights_used.insert({s.field, s.night}).second) << "twice in a night";
  }
  // 800 nights hold two seasons of 30 or more of each field, less what the Moon forbids.
  for (const auto& [key, count] : per_field) EXPECT_GT(count, 45) << key.first;
}

}  // namespace
}  // namespace skywright::schedule
