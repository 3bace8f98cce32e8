#include "skywright/schedule/slew.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <map>
#include <numbers>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "skywright/base/random_stream.h"
#include "skywright/instrument/instrument.h"

namespace skywright::schedule {
namespace {

constexpr double kDegree = std::numbers::pi / 180.0;
constexpr double kPi = std::numbers::pi;

instrument::Kinematics kinematics_of(const std::string& name) {
  return instrument::load_instrument(name).kinematics;
}

/// One line of tests/reference/slews.csv.
struct Line {
  Pointing to;
  std::optional<double> seconds;  ///< nothing: out of reach
};

std::map<std::string, std::vector<Line>> reference_walks() {
  std::ifstream file(SKYWRIGHT_SOURCE_DIR "/tests/reference/slews.csv");
  std::map<std::string, std::vector<Line>> walks;
  std::string text;
  std::getline(file, text);  // heading
  while (std::getline(file, text)) {
    std::vector<std::string> cells(1);
    for (const char c : text) {
      if (c == ',')
        cells.emplace_back();
      else
        cells.back() += c;
    }
    Line line;
    line.to.altitude = std::stod(cells.at(1)) * kDegree;
    line.to.azimuth = std::stod(cells.at(2)) * kDegree;
    if (!cells.at(3).empty()) line.to.rotator = std::stod(cells[3]) * kDegree;
    line.to.band = std::stoi(cells.at(4));
    if (!cells.at(5).empty()) line.seconds = std::stod(cells[5]);
    walks[cells[0]].push_back(line);
  }
  return walks;
}

/// The options of each walk, as tests/reference/make_slews.py sets them there.
struct Options {
  instrument::Kinematics kinematics;
  int exposures = 1;
};
Options options_of(const std::string& name) {
  Options options{.kinematics = kinematics_of(name == "lsst-2022" ? name : "lsst")};
  instrument::Kinematics& k = options.kinematics;
  if (name == "lsst-2022") {
    options.exposures = 2;
  } else if (name == "following-dome") {
    k.azimuth_min_deg = -170.0;
    k.azimuth_max_deg = 200.0;
    k.dome.kind = instrument::Dome::following;
  } else if (name == "rotator-filter") {
    options.exposures = 3;
    k.filters.when = instrument::FilterChange::while_slewing;
    k.filters.time = instrument::FilterChangeTime::with_rotator;
  }
  return options;
}

TEST(SlewModel, TakesAsLongAsRubinSchedulersOnTenThousandPointings) {
  const auto walks = reference_walks();
  ASSERT_EQ(walks.size(), 5U);
  int compared = 0;
  double worst = 0.0;
  for (const auto& [name, lines] : walks) {
    const Options options = options_of(name);
    const SlewModel model(options.kinematics);
    MountState state = model.parked(2);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const Slew slew = model.slew(state, lines[i].to);
      ++compared;
      ASSERT_EQ(std::isfinite(slew.seconds), lines[i].seconds.has_value()) << name << " line " << i;
      if (!lines[i].seconds) continue;
      // 0.1 s is asked for; the file is rounded to 1e-4 s.
      ASSERT_NEAR(slew.seconds, *lines[i].seconds, 1e-3) << name << " line " << i;
      worst = std::max(worst, std::abs(slew.seconds - *lines[i].seconds));
      state = slew.after;
      state.busy = busy_seconds(options.kinematics, 30.0, options.exposures);
    }
  }
  EXPECT_EQ(compared, 10000);
  RecordProperty("worst_seconds", std::to_string(worst));
}

TEST(SlewModel, MapAgreesWithOneByOneForEveryDomeAndWrap) {
  auto random = RandomStream::for_unit(7, {1}, "slew map");
  for (const std::string name : {"lsst", "lsst-2022", "gmt"}) {
    for (const auto dome :
         {instrument::Dome::none, instrument::Dome::creeping, instrument::Dome::following}) {
      instrument::Kinematics k = kinematics_of(name);
      k.dome.kind = dome;
      const SlewModel model(k);
      for (const double start : {-245.0, -100.0, 0.0, 3.0, 179.0, 240.0}) {
        const MountState from{.altitude = 1.0, .azimuth = start * kDegree, .busy = 3.07};
        std::vector<float> altitude;
        std::vector<float> azimuth;
        for (int i = 0; i < 2000; ++i) {
          const bool close = i % 3 == 0;
          const double spread = std::pow(10.0, random.uniform(-3.5, 0.0));
          altitude.push_back(static_cast<float>(close ? 1.0 + spread * random.uniform(-1.0, 1.0)
                                                      : random.uniform(0.3, 1.55)));
          double az = close ? start * kDegree + spread * random.uniform(-1.0, 1.0)
                            : random.uniform(0.0, 2.0 * kPi);
          az -= 2.0 * kPi * std::floor(az / (2.0 * kPi));
          azimuth.push_back(static_cast<float>(az));
        }
        altitude.push_back(static_cast<float>(from.altitude));
        azimuth.push_back(azimuth.front());
        std::vector<float> seconds(altitude.size());
        model.slew_seconds(from, altitude, azimuth, seconds);
        for (std::size_t i = 0; i < seconds.size(); ++i) {
          const Slew one = model.slew(from, {.altitude = altitude[i], .azimuth = azimuth[i]});
          ASSERT_EQ(std::isfinite(one.seconds), std::isfinite(seconds[i]))
              << name << " from " << start << " to " << altitude[i] << ", " << azimuth[i];
          if (std::isfinite(one.seconds)) {
            ASSERT_NEAR(seconds[i], one.seconds, 1e-3)
                << name << " from " << start << " to " << altitude[i] << ", " << azimuth[i];
          }
        }
      }
    }
  }
}

TEST(SlewModel, GoesTheLongWayWhereTheCableWrapEnds) {
  const SlewModel model(kinematics_of("lsst"));  // -250 to 250 degree
  const MountState at{.altitude = 1.0, .azimuth = 240.0 * kDegree};
  const Slew short_way = model.slew(at, {.altitude = 1.0, .azimuth = 230.0 * kDegree});
  EXPECT_NEAR(short_way.after.azimuth, 230.0 * kDegree, 1e-12);
  const Slew long_way = model.slew(at, {.altitude = 1.0, .azimuth = 260.0 * kDegree});
  EXPECT_NEAR(long_way.after.azimuth, -100.0 * kDegree, 1e-12);
  EXPECT_GT(long_way.azimuth, 340.0 / 7.0);
  // The dome goes the short way, so that it does not decide here.
  EXPECT_LT(long_way.dome, 20.0 / 1.5 + 1.75 / 1.5);
}

TEST(SlewModel, RefusesWhatIsBeyondItsLimitsAndStaysWhereItIs) {
  const SlewModel model(kinematics_of("lsst"));
  const MountState at{.altitude = 1.0, .azimuth = 0.5, .rotator = 0.1, .band = 2};
  for (const Pointing& to :
       {Pointing{.altitude = 19.9 * kDegree}, Pointing{.altitude = 86.6 * kDegree},
        Pointing{.altitude = 1.0, .rotator = 90.1 * kDegree},
        Pointing{.altitude = 1.0, .rotator = -90.1 * kDegree}}) {
    const Slew slew = model.slew(at, to);
    EXPECT_TRUE(std::isinf(slew.seconds));
    EXPECT_EQ(slew.after.azimuth, at.azimuth);
    EXPECT_EQ(slew.after.altitude, at.altitude);
    EXPECT_EQ(slew.after.band, 2);
  }
}

TEST(SlewModel, TurnsTheRotatorThroughItsRangeNotAcrossItsStop) {
  instrument::Kinematics k = kinematics_of("gmt");  // -180 to 180 degree
  const SlewModel model(k);
  const MountState at{.altitude = 1.0, .azimuth = 0.0, .rotator = 170.0 * kDegree};
  const Slew slew = model.slew(at, {.altitude = 1.0, .azimuth = 0.0, .rotator = -170.0 * kDegree});
  EXPECT_GT(slew.rotator, 340.0 / k.rotator.axis.speed);
}

TEST(SlewModel, FollowsTheSkyPastNorthWithinTheWrap) {
  const SlewModel model(kinematics_of("lsst"));
  MountState state{.altitude = 1.0, .azimuth = 359.9 * kDegree - 2.0 * kPi};
  state = model.tracked(state, {.altitude = 1.01, .azimuth = 0.2 * kDegree, .rotator = 0.3});
  EXPECT_NEAR(state.azimuth, 0.2 * kDegree, 1e-12);
  state = model.tracked(state, {.altitude = 1.01, .azimuth = 359.0 * kDegree});
  EXPECT_NEAR(state.azimuth, -1.0 * kDegree, 1e-12);
  EXPECT_EQ(state.rotator, 0.3);
  EXPECT_TRUE(model.within_limits(state));
  state.rotator = 1.6;
  EXPECT_FALSE(model.within_limits(state));
}

TEST(SlewModel, ABusyCameraDelaysTheShutterButNotTheTelescope) {
  const SlewModel model(kinematics_of("lsst"));
  MountState at{.altitude = 1.0, .azimuth = 0.0};
  const Pointing here{.altitude = 1.0, .azimuth = 0.0};
  EXPECT_EQ(model.slew(at, here).seconds, 0.0);
  at.busy = 3.07;
  EXPECT_EQ(model.slew(at, here).seconds, 3.07);
  const Pointing far{.altitude = 1.0, .azimuth = 1.0};
  const double alone = model.slew({.altitude = 1.0, .azimuth = 0.0}, far).seconds;
  EXPECT_EQ(model.slew(at, far).seconds, alone);
}

TEST(VisitSeconds, OfTwoSnapsIsThirtyFourAndRestsAreKept) {
  const instrument::Kinematics k = kinematics_of("lsst-2022");
  EXPECT_DOUBLE_EQ(visit_seconds(k, 30.0, 2), 34.0);  // published for 2 x 15 s
  EXPECT_DOUBLE_EQ(visit_seconds(k, 30.0, 1), 31.0);
  EXPECT_DOUBLE_EQ(busy_seconds(k, 30.0, 2), 2.0);
  EXPECT_DOUBLE_EQ(busy_seconds(kinematics_of("lsst"), 10.0, 1), 5.0);
}

/// Integrates the motion that the closed form describes, in steps of 1 ms: jerk at its limit,
/// acceleration and speed capped, and the second half the mirror of the first.
double integrated_seconds(const instrument::Axis& axis, double distance) {
  // Rise to the highest speed that still allows to stop in time; found by bisection.
  const auto rise = [&](double v) {  // time and way from rest to v at limited jerk
    const double a = std::min(axis.acceleration, std::sqrt(v * axis.jerk));
    const double t = v / a + a / axis.jerk;
    return std::pair{t, 0.5 * v * t};
  };
  double low = 0.0;
  double high = axis.speed;
  for (int i = 0; i < 200; ++i) {
    const double middle = 0.5 * (low + high);
    (2.0 * rise(middle).second <= distance ? low : high) = middle;
  }
  const auto [t, way] = rise(low);
  return 2.0 * t + (distance - 2.0 * way) / low;
}

TEST(MotionProfile, AgreesWithTheFastestRiseFoundByBisection) {
  // Both orders of the limits: speed reached before acceleration, and after.
  for (const instrument::Axis& axis :
       {instrument::Axis{.speed = 7.0, .acceleration = 7.0, .jerk = 28.0},
        instrument::Axis{.speed = 1.0, .acceleration = 8.0, .jerk = 4.0},
        instrument::Axis{.speed = 3.5, .acceleration = 1.0, .jerk = 4.0}}) {
    const MotionProfile<double> profile(axis);
    for (double d = 1e-4; d < 300.0; d *= 1.3)
      ASSERT_NEAR(profile.seconds(d * kDegree), integrated_seconds(axis, d), 1e-6) << d;
  }
}

TEST(FastCubeRoot, IsWithinThreeTenMillionths) {
  for (float x = 1e-12F; x < 1e6F; x *= 1.0137F)
    ASSERT_NEAR(fast_cube_root(x) / std::cbrt(x), 1.0F, 3e-7F) << x;
  EXPECT_LT(fast_cube_root(0.0F), 1e-12F);
}

}  // namespace
}  // namespace skywright::schedule
