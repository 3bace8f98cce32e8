#include "skywright/ephemeris/moving_bodies.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>
#include <sstream>

#include <gtest/gtest.h>

#include "skywright/base/error.h"
#include "skywright/base/random_stream.h"
#include "skywright/base/test_data.h"
#include "skywright/ephemeris/mpcorb.h"
#include "skywright/ephemeris/observer.h"
#include "skywright/ephemeris/orbit_reader.h"
#include "skywright/ephemeris/sky_bodies.h"

namespace skywright::ephemeris {
namespace {

Observatory rubin() {
  return {Angle::from_degrees(-30.244639), Angle::from_degrees(-70.749417), 2662.75};
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(ReadOrbits, ReadsAPublishedPopulation) {
  const auto path = SKYWRIGHT_TEST_DATA("populations/granvik_5k.txt");
  const OrbitCatalog orbits = read_orbits(text_of(path));
  ASSERT_EQ(orbits.size(), 5000u);
  EXPECT_EQ(orbits.name[0], "242880");
  EXPECT_NEAR(orbits.orbit[0].perihelion_distance, 1.81032181 * (1.0 - 0.457012266), 1e-9);
  EXPECT_NEAR(orbits.orbit[0].node.degrees(), 321.309082, 1e-9);
  EXPECT_NEAR(orbits.orbit[0].argument_of_perihelion.degrees(), 218.878296, 1e-9);
  EXPECT_NEAR(orbits.absolute_magnitude[0], 24.9029942, 1e-9);
  EXPECT_NEAR(orbits.slope[0], 0.15, 1e-12);
}

// A line in the columns of MPCORB.DAT: Ceres, epoch K2555 (2025-05-05).
constexpr const char* kCeres =
    "00001    3.34  0.15 K2555 188.70269   73.27343   80.25221   10.58780  0.0794013  0.21424651   "
    "2.7660512  0 E2024-V47  7330 125 1801-2024 0.80 M-v 30k MPCLINUX   4000      (1) Ceres        "
    "      "
    "    20241101";

TEST(ReadOrbits, ReadsMpcorbLines) {
  for (const std::string& text :
       {std::string(kCeres),
        "MINOR PLANET CENTER ORBIT DATABASE\n\n-----------\n" + std::string(kCeres) + "\n"}) {
    const OrbitCatalog orbits = read_orbits(text);
    ASSERT_EQ(orbits.size(), 1u);
    EXPECT_EQ(orbits.name[0], "(1) Ceres");
    EXPECT_NEAR(orbits.orbit[0].eccentricity, 0.0794013, 1e-12);
    EXPECT_NEAR(orbits.orbit[0].inclination.degrees(), 10.58780, 1e-9);
    EXPECT_NEAR(orbits.absolute_magnitude[0], 3.34, 1e-12);
    // The published mean motion is that of the published axis.
    const double motion = kGaussConstant / std::pow(2.7660512, 1.5) * 180.0 / M_PI;
    EXPECT_NEAR(motion, 0.21424651, 1e-6);
    const double epoch = 60800.0;  // 2025-05-05
    EXPECT_NEAR(orbits.orbit[0].perihelion_time.mjd(), epoch + (360.0 - 188.70269) / motion, 1e-3);
  }
}

TEST(ReadOrbits, KnowsTheUsualNamesOfColumns) {
  const OrbitCatalog sorcha = read_orbits(
      "ObjID,FORMAT,q,e,inc,node,argPeri,t_p_MJD_TDB,epochMJD_TDB\nC1,COM,0.9,1.0,5,6,7,60010.5,"
      "60000\n");
  EXPECT_EQ(sorcha.name[0], "C1");
  EXPECT_DOUBLE_EQ(sorcha.orbit[0].eccentricity, 1.0);
  EXPECT_NEAR(sorcha.orbit[0].perihelion_time.mjd(), 60010.5, 1e-9);
  EXPECT_TRUE(std::isnan(sorcha.absolute_magnitude[0]));
  const OrbitCatalog jpl =
      read_orbits("full_name,a,e,i,om,w,ma,epoch,H,G\n\"x y\",2,0.1,1,2,3,0,2460000.5,17,\n");
  EXPECT_EQ(jpl.name[0], "x y");
  EXPECT_NEAR(jpl.orbit[0].perihelion_time.mjd(), 60000.0, 1e-9);
  EXPECT_DOUBLE_EQ(jpl.slope[0], 0.15);
}

TEST(ReadOrbits, RefusesWithTheLine) {
  const auto message = [](const char* text) -> std::string {
    try {
      (void)read_orbits(text);
    } catch (const InputError& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_NE(message("").find("empty"), std::string::npos);
  EXPECT_NE(message("a e inc\n1 2 3\n").find("line 1"), std::string::npos);
  const char* head = "objId a e inc Omega argPeri meanAnomaly epoch\n";
  EXPECT_NE(message((std::string(head) + "x 1 0 0 0 0 0 60000\ny 1 0 z 0 0 0 60000\n").c_str())
                .find("line 3: 'z'"),
            std::string::npos);
  EXPECT_NE(message((std::string(head) + "x 1 1.5 0 0 0 0 60000\n").c_str()).find("line 2"),
            std::string::npos);
  EXPECT_NE(message((std::string(head) + "x 1 0 0 0\n").c_str()).find("fewer columns"),
            std::string::npos);
  std::string bad_date(kCeres);
  bad_date.replace(20, 5, "K2Z55");
  EXPECT_NE(message((std::string(kCeres) + "\n" + bad_date).c_str()).find("line 2"),
            std::string::npos);
  EXPECT_THROW(mjd_from_packed_date("K13D1"), InputError);
  EXPECT_NEAR(mjd_from_packed_date("K134I"), 56400.0, 1e-9);  // 2013-04-18
}

TEST(ReadOrbits, SkipsAndCountsBadLinesInPartsCutAnywhere) {
  std::string text = "MINOR PLANET CENTER ORBIT DATABASE\n" + std::string(70, '-') + "\n";
  for (int i = 0; i < 3000; ++i)
    text += std::string(kCeres) + "\n" + (i % 1000 == 7 ? "no orbit\n" : "");
  OrbitReader reader(BadLines::skip);
  const Execution two(2);
  for (std::size_t at = 0; at < text.size(); at += 100001)
    reader.take(std::string_view(text).substr(at, 100001), two);
  const OrbitReading all = reader.finish(two);
  EXPECT_EQ(all.orbits.size(), 3000u);
  ASSERT_EQ(all.skipped, 3u);
  ASSERT_EQ(all.first_skipped.size(), 3u);
  EXPECT_EQ(all.first_skipped[0].line, 11u);  // behind two lines of preface and eight orbits
  EXPECT_NE(all.first_skipped[0].reason.find("shorter"), std::string::npos);
  EXPECT_EQ(all.orbits.facts[2999].epoch, 60800.0);
  EXPECT_EQ(all.orbits.facts[2999].packed, "00001");
}

TEST(MpcorbLine, IsReadAsItWasWritten) {
  const OrbitCatalog ceres = read_orbits(kCeres);
  const std::string line =
      mpcorb_line(ceres.orbit[0], time::Tdb::from_mjd(60800.0), 3.34, 0.15, "00001", "(1) Ceres");
  EXPECT_EQ(line.size(), 202u);
  EXPECT_EQ(line.substr(0, 103), std::string(kCeres).substr(0, 103));
}

TEST(ReadOrbits, MutatedTextIsReadOrRefusedButNeverWorse) {
  const std::string table =
      "objId a e inc Omega argPeri meanAnomaly epoch H g\nx 1.8 0.4 8 321 218 194 59853.0 24.9 "
      "0.15\n"
      "y,2.5,0.1,1,2,3,4,59853.0,,\n";
  auto random = RandomStream::for_unit(4, {2}, "mutations");
  int refused = 0, read = 0;
  for (int i = 0; i < 4000; ++i) {
    std::string text = i % 2 == 0 ? table : std::string(kCeres) + "\n" + kCeres;
    for (std::int64_t k = random.below(4); k >= 0; --k) {
      const auto at =
          static_cast<std::size_t>(random.below(static_cast<std::int64_t>(text.size())));
      if (random.uniform() < 0.2) {
        text.resize(at + 1);
      } else {
        text[at] = static_cast<char>(random.below(256));
      }
    }
    try {
      const OrbitCatalog orbits = read_orbits(text);
      ++read;
      for (const Orbit& orbit : orbits.orbit) ASSERT_GT(orbit.perihelion_distance, 0.0);
    } catch (const InputError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 100);
  EXPECT_GT(read, 100);
}

TEST(SeenBody, PlaceIsThatOfKeplersEquationTheLongWay) {
  // The same elements by the eccentric anomaly, angle by angle, and light time by fixed-point
  // iteration.
  const OrbitCatalog orbits = read_orbits(kCeres);
  const ObservedSky sky(rubin(), time::Utc::from_mjd(60860.1));
  const State sun = sun_at(sky.tdb());
  const std::vector<std::size_t> which = {0};
  const SeenBody seen = seen_bodies(orbits, which, sky.observer(), sky.tdb())[0];
  double light_time = 0.0;
  Vector line;
  for (int i = 0; i < 20; ++i) {
    const double days = sky.tdb().mjd() - 60800.0 - light_time;
    const double mean =
        (188.70269 * M_PI / 180.0) + kGaussConstant / std::pow(2.7660512, 1.5) * days;
    double anomaly = mean;
    for (int k = 0; k < 60; ++k) anomaly = mean + 0.0794013 * std::sin(anomaly);
    const double x = 2.7660512 * (std::cos(anomaly) - 0.0794013);
    const double y = 2.7660512 * std::sqrt(1.0 - 0.0794013 * 0.0794013) * std::sin(anomaly);
    const double w = 73.27343 * M_PI / 180.0, n = 80.25221 * M_PI / 180.0,
                 inc = 10.58780 * M_PI / 180.0;
    const double u = x * std::cos(w) - y * std::sin(w), v = x * std::sin(w) + y * std::cos(w);
    const double ex = u * std::cos(n) - v * std::cos(inc) * std::sin(n);
    const double ey = u * std::sin(n) + v * std::cos(inc) * std::cos(n);
    const double ez = v * std::sin(inc);
    const double o = 84381.448 / 3600.0 * M_PI / 180.0;
    const Vector helio{ex, ey * std::cos(o) - ez * std::sin(o),
                       ey * std::sin(o) + ez * std::cos(o)};
    line = sun.position - light_time * sun.velocity + helio - sky.observer().position;
    light_time = line.length() / kLightSpeed;
  }
  EXPECT_LT(sphere::separation(seen.position, sphere::sky_position(line.direction())).mas(), 0.01);
  EXPECT_NEAR(seen.distance, line.length(), 1e-9);
}

TEST(SeenBody, RatesAreTheDerivativesOfThePlace) {
  const auto path = SKYWRIGHT_TEST_DATA("populations/granvik_5k.txt");
  const OrbitCatalog orbits = read_orbits(text_of(path));
  std::vector<std::size_t> which(200);
  std::iota(which.begin(), which.end(), 0);
  const double step = 20.0 / 86400.0;
  const auto at = [&](double mjd) {
    const ObservedSky sky(rubin(), time::Utc::from_mjd(mjd));
    return seen_bodies(orbits, which, sky.observer(), sky.tdb());
  };
  const auto before = at(59900.0 - step), now = at(59900.0), after = at(59900.0 + step);
  for (std::size_t i = 0; i < which.size(); ++i) {
    const double ra =
        (after[i].position.ra - before[i].position.ra).wrapped_around_zero().degrees() /
        (2.0 * step) * cos(now[i].position.dec);
    const double dec = (after[i].position.dec - before[i].position.dec).degrees() / (2.0 * step);
    const double scale = std::max(1e-3, std::hypot(ra, dec));
    EXPECT_NEAR(now[i].ra_rate, ra, 2e-4 * scale);
    EXPECT_NEAR(now[i].dec_rate, dec, 2e-4 * scale);
  }
}

TEST(SeenBody, MagnitudesFollowBowell) {
  // Bowell et al. (1989): at zero phase and unit distances a body shows H; G = 0.15 dims by 1.0 mag
  // near 22 degrees of phase.
  EXPECT_DOUBLE_EQ(hg_magnitude(15.0, 0.15, 1.0, 1.0, Angle()), 15.0);
  EXPECT_DOUBLE_EQ(hg_magnitude(15.0, 0.15, 2.0, 5.0, Angle()), 20.0);
  EXPECT_NEAR(hg_magnitude(15.0, 0.15, 1.0, 1.0, Angle::from_degrees(22.0)), 16.0, 0.1);
}

}  // namespace
}  // namespace skywright::ephemeris
