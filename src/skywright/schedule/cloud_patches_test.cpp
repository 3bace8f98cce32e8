#include "skywright/schedule/cloud_patches.h"

#include <cmath>

#include <gtest/gtest.h>

#include "skywright/schedule/simulate.h"

namespace skywright::schedule {
namespace {

/// Directions above 30 degrees of altitude, alike in solid angle.
std::vector<sphere::UnitVector> some_directions() {
  std::vector<sphere::UnitVector> out;
  for (int i = 0; i < 500; ++i) {
    const double up = 0.5 + 0.5 * (i + 0.5) / 500.0;
    const double turn = 2.399963229728653 * i;  // the golden angle
    const double flat = std::sqrt(1.0 - up * up);
    out.push_back({flat * std::cos(turn), flat * std::sin(turn), up});
  }
  return out;
}

double share_covered(double cloud, int nights) {
  double covered = 0.0, all = 0.0;
  for (int night = 1; night <= nights; ++night) {
    const CloudPatches patches({}, 3, night);
    for (const auto& v : some_directions()) {
      covered += patches.covered(60000.1, cloud, v) ? 1.0 : 0.0;
      all += 1.0;
    }
  }
  return covered / all;
}

TEST(CloudPatches, CoverTheShareOfTheSkyThatTheySay) {
  // A night's share scatters by about 0.3, since a patch is as large as the sky: 1600 nights know
  // the mean to 0.0075; four times that, and 0.01 for a sum of eight waves that is not quite
  // normal.
  for (const double cloud : {0.125, 0.25, 0.375, 0.5})
    EXPECT_NEAR(share_covered(cloud, 1600), cloud, 0.04) << cloud;
  EXPECT_EQ(share_covered(0.0, 3), 0.0);
  EXPECT_EQ(share_covered(1.0, 3), 1.0);
}

TEST(CloudPatches, DriftWithTheWindAsTheyAre) {
  const CloudPatchConfig config;
  int moved_same = 0, total = 0;
  for (int night = 1; night <= 50; ++night) {
    const CloudPatches patches(config, 7, night);
    // Ten minutes shift the pattern by one height: at the zenith it then shows what stood 45
    // degrees up the wind, in one direction or its opposite of all.
    const sphere::UnitVector zenith{0.0, 0.0, 1.0};
    for (double t = 60000.0; t < 60000.3; t += 0.03) {
      const bool now = patches.covered(t, 0.4, zenith);
      const bool soon = patches.covered(t + 0.5 / 1440.0, 0.4, zenith);
      moved_same += now == soon ? 1 : 0;
      ++total;
    }
  }
  // Half a minute is 0.05 heights, a fortieth of a patch: hardly a place changes.
  EXPECT_GT(moved_same, 0.95 * total);
  EXPECT_LT(moved_same, total);
}

/// Share of visits behind a patch, under a sky that is covered by a quarter.
double behind_clouds(double weight) {
  SimulationRequest request{.instrument = instrument::load_instrument("lsst"),
                            .strategy = built_in_strategy("lsst-baseline"),
                            .seed = 3,
                            .nights = 12};
  request.strategy.nside = 16;
  request.strategy.deep.fields.clear();
  request.weather.cloud = {{50000.0, 60000.0, 70000.0}, {0.25, 0.25, 0.25}};
  request.strategy.downtime.maintenance.clear();
  request.strategy.downtime.faults.clear();
  request.strategy.weather.cloud.patches.drift_per_minute = 0.0;  // to see the weight alone
  // Visit by visit: a block of pairs looks at the clouds once in an hour.
  std::erase_if(request.strategy.surveys,
                [](const AreaSurvey& s) { return s.kind != AreaKind::singles; });
  for (AreaSurvey& survey : request.strategy.surveys) survey.weights.cloud_shadow = weight;
  Simulation simulation(request);
  double behind = 0.0, all = 0.0;
  while (const auto night = simulation.next()) {
    const CloudPatches patches(request.strategy.weather.cloud.patches, request.seed, night->number);
    for (const Visit& v : night->visits) {
      const double alt = v.altitude * 0.017453292519943295, az = v.azimuth * 0.017453292519943295;
      behind += patches.covered(
                    v.start_mjd, v.cloud,
                    {std::cos(alt) * std::cos(az), std::cos(alt) * std::sin(az), std::sin(alt)})
                    ? 1.0
                    : 0.0;
      all += 1.0;
    }
  }
  return behind / all;
}

TEST(CloudShadow, KeepsVisitsOutOfTheClouds) {
  const double blind = behind_clouds(0.0);
  const double aware = behind_clouds(10.0);
  EXPECT_GT(blind, 0.1);
  // Not all: maps of nside 16 know a patch's edge to two degrees, and the best field may touch it.
  EXPECT_LT(aware, 0.5 * blind);
}

}  // namespace
}  // namespace skywright::schedule
