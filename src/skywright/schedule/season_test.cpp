#include <algorithm>
#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "skywright/schedule/detail/test_nights.h"
#include "skywright/schedule/simulate.h"
#include "skywright/sphere/direction.h"

namespace skywright::schedule {
namespace {

using test::all_visits;

/// One deep field, one survey about it; no clouds, no downtime.
SimulationRequest with_deep_field(int nights) {
  SimulationRequest request = test::clear_nights(nights, "lsst-baseline-2022", 5);
  std::erase_if(request.strategy.deep.fields, [](const DeepField& f) { return f.name != "ECDFS"; });
  return request;
}

TEST(DeepField, KeepsItsShareAndTheMoonDown) {
  // From October, when the field culminates late at night; every session that the share allows.
  SimulationRequest request = with_deep_field(60);
  DeepField& field = request.strategy.deep.fields.front();
  field.share = 0.01;
  field.sequences_a_season = 200;
  Simulation simulation(request);
  const std::vector<Visit> visits = all_visits(simulation);
  double deep = 0.0, most_in_a_night = 0.0;
  std::map<int, double> of_night;
  for (const Visit& v : visits) {
    if (v.target != "ECDFS") continue;
    deep += 1.0;
    most_in_a_night = std::max(most_in_a_night, of_night[v.night] += 1.0);
    EXPECT_LT(v.moon_altitude, 0.5) << v.id;  // it may rise within a quarter of an hour's rounding
  }
  const double all = static_cast<double>(visits.size());
  EXPECT_GT(deep, 0.01 * all - most_in_a_night);
  EXPECT_LT(deep, 0.01 * all + most_in_a_night);
  EXPECT_GT(of_night.size(), 3U);
}

TEST(Season, GrowsFromTwoHoursPastMidnightsMeridianToFourBefore) {
  SimulationRequest request = with_deep_field(1);
  const Simulation simulation(request);
  const Setting& setting = simulation.setting();
  const auto nights =
      ephemeris::nights(setting.observatory, time::Tai::from_mjd(request.strategy.start_mjd), 1);
  const Tonight tonight(setting, nights.front(), simulation.target());
  // On 2023-10-01 the Sun stands at RA 188.0 degrees (Astronomical Almanac: 12h 29m to 12h 32m).
  const double midnight = 188.0 - 180.0;
  for (std::size_t p = 0; p < setting.pixels.count; ++p) {
    const double ra = static_cast<double>(setting.pixels.ra[p]) * 57.29577951308232;
    const double hours = std::remainder(ra - midnight, 360.0) / 15.0;
    const double expected = hours > 2.0 || hours < -4.0 ? 0.0 : (2.0 - hours) / 6.0;
    if (std::abs(hours - 2.0) < 0.1 || std::abs(hours + 4.0) < 0.1) continue;  // the Sun's hour
    ASSERT_NEAR(static_cast<double>(tonight.season_gone[p]), expected, 0.015) << ra;
  }
}

TEST(Features, RememberTheLatestVisitsOfEachPlace) {
  Features features(2, 1);
  const std::vector<std::int32_t> pixel = {1};
  const std::vector<std::int16_t> season = {0};
  for (int day = 1; day <= 4; ++day) {
    Visit visit;
    visit.start_mjd = 60000.0 + day;
    visit.balance = true;
    features.add(visit, pixel, season);
  }
  EXPECT_EQ(features.latest[0][1].front(), 60002.0F);
  EXPECT_EQ(features.latest[0][1].back(), 60004.0F);
  EXPECT_EQ(features.latest[0][0].front(), 0.0F);
  EXPECT_EQ(features.count, 4);
}

TEST(EveningTwilight, IsFilledWithPairsCutToFit) {
  Simulation simulation(with_deep_field(3));
  int pairs = 0;
  for (const Visit& v : all_visits(simulation)) {
    const bool evening = std::remainder(v.start_mjd - 0.197, 1.0) < 0.0;  // midnight in Chile
    if (evening && v.sun_altitude > -18.0 && v.note.starts_with("pair_15")) ++pairs;
  }
  EXPECT_GT(pairs, 10);
}

}  // namespace
}  // namespace skywright::schedule
