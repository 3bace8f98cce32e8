// Against JPL Horizons (its own orbits, places from Rubin Observatory and CTIO over 58 days) and
// ASSIST (DE440, asteroids, figures of Earth and Sun; a year to either side, and across close
// passes of planets): see make_small_bodies.py and make_encounters.py in tests/reference/ephemeris.
#include "skywright/ephemeris/catalog_motion.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "skywright/base/error.h"
#include "skywright/base/random_stream.h"
#include "skywright/base/test_data.h"
#include "skywright/ephemeris/observer.h"
#include "skywright/ephemeris/orbit_reader.h"
#include "skywright/ephemeris/sky_bodies.h"

namespace skywright::ephemeris {
namespace {

using Words = std::vector<std::string>;

std::vector<Words> rows_of(const std::string& name) {
  std::ifstream file(std::string(SKYWRIGHT_SOURCE_DIR) + "/tests/reference/ephemeris/" + name);
  std::vector<Words> rows;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#' || line.starts_with("name")) continue;
    Words words;
    std::stringstream stream(line);
    for (std::string word; std::getline(stream, word, ',');) words.push_back(word);
    rows.push_back(words);
  }
  return rows;
}

State state_from(const Words& w, std::size_t first) {
  std::array<double, 6> v{};
  for (std::size_t k = 0; k < 6; ++k) v[k] = std::stod(w.at(first + k));
  return {{v[0], v[1], v[2]}, {v[3], v[4], v[5]}};
}

void append(OrbitCatalog& out, const std::string& name, double mjd, const State& heliocentric,
            double h, double g) {
  out.append(name, orbit_from_state(heliocentric, time::Tdb::from_mjd(mjd)), h, g,
             {.epoch = mjd, .uncertainty = -1, .packed = {}});
}

/// Seen from the Earth, in arcsec.
double apart(const State& a, const State& b, double mjd) {
  const Vector earth = earth_at(time::Tdb::from_mjd(mjd)).heliocentric.position;
  return sphere::separation((a.position - earth).direction(), (b.position - earth).direction())
      .arcsec();
}

TEST(CatalogMotion, FollowsAssistForAYear) {
  const auto rows = rows_of("assist_small_bodies.csv");
  OrbitCatalog orbits;
  constexpr double kEpoch = 60800.0;
  std::map<double, std::map<std::string, State>> truth;
  for (const Words& w : rows) {
    const double mjd = std::stod(w.at(1));
    if (mjd == kEpoch)
      append(orbits, w.at(0), mjd, state_from(w, 2), 15.0, 0.15);
    else
      truth[mjd][w.at(0)] = state_from(w, 2);
  }
  ASSERT_EQ(orbits.size(), 32u);
  ASSERT_EQ(truth.size(), 4u);
  for (const auto& [mjd, states] : truth) {
    const time::Tdb t = time::Tdb::from_mjd(mjd);
    const CatalogMotion motion(orbits, time::Tdb::from_mjd(mjd - 0.5),
                               time::Tdb::from_mjd(mjd + 0.5));
    EXPECT_EQ(motion.counts().unperturbed, 0u);
    EXPECT_EQ(motion.counts().lost, 0u);
    const State sun = sun_at(t);
    double two_bodies = 0.0;
    for (std::size_t i = 0; i < orbits.size(); ++i) {
      const State b = motion.barycentric(i, t);
      const State ours{b.position - sun.position, b.velocity - sun.velocity};
      const State& theirs = states.at(orbits.name[i]);
      const double error = apart(ours, theirs, mjd);
      EXPECT_LT(error, 1.0) << orbits.name[i] << " " << mjd - kEpoch;
      two_bodies = std::max(two_bodies, apart(heliocentric_state(orbits.orbit[i], t), theirs, mjd));
    }
    EXPECT_GT(two_bodies, 5.0);  // what the planets do is there to be missed
  }
}

// An arcsecond is what a night asks for. One pass is left out, 3,200 km above the ground at 5 km/s,
// where a body turns by 77 degrees: in ASSIST alone the asteroids' masses make 1.9 arcsec of it,
// the Sun's figure 0.8, the planets' relativity 0.7.
TEST(CatalogMotion, FollowsAssistPastPlanets) {
  const std::string name_left_out = "earth_9567km_5km/s";
  OrbitCatalog one;
  std::size_t passes = 0, places = 0;
  double apophis_without_the_earth = 0.0;
  for (const Words& w : rows_of("assist_encounters.csv")) {
    const double mjd = std::stod(w.at(1));
    if (one.size() == 0 || one.name[0] != w.at(0)) {
      one = OrbitCatalog();
      append(one, w.at(0), mjd, state_from(w, 2), 15.0, 0.15);
      ++passes;
      continue;
    }
    if (w.at(0) == name_left_out) continue;
    const time::Tdb t = time::Tdb::from_mjd(mjd);
    const CatalogMotion motion(one, time::Tdb::from_mjd(mjd - 0.5), time::Tdb::from_mjd(mjd + 0.5));
    ASSERT_FALSE(motion.is_lost(0)) << w.at(0);
    const State sun = sun_at(t), b = motion.barycentric(0, t), theirs = state_from(w, 2);
    const State ours{b.position - sun.position, b.velocity - sun.velocity};
    EXPECT_LT(apart(ours, theirs, mjd), 1.0) << w.at(0) << " " << mjd;
    if (w.at(0) == "apophis")
      apophis_without_the_earth = apart(heliocentric_state(one.orbit[0], t), theirs, mjd);
    ++places;
  }
  EXPECT_EQ(passes, 36u);
  EXPECT_EQ(places, 69u);
  EXPECT_GT(apophis_without_the_earth, 36000.0);  // degrees: what is there to be missed
}

TEST(CatalogMotion, PlacesAreHorizons) {
  const Observatory rubin{Angle::from_degrees(-30.244639), Angle::from_degrees(-70.749417),
                          2662.75};
  const Observatory ctio{Angle::from_degrees(-30.169661), Angle::from_degrees(-70.806525), 2207.0};
  OrbitCatalog orbits;
  std::vector<std::vector<Words>> seen;
  for (const Words& w : rows_of("horizons_small_bodies.csv")) {
    if (w.at(1).find("Oumuamua") != std::string::npos)
      continue;  // its outgassing is not in our force
    if (w.at(0) == "state" && (orbits.size() == 0 || orbits.name.back() != w.at(1))) {
      append(orbits, w.at(1), std::stod(w.at(2)), state_from(w, 3), 0.0, 0.15);
      seen.emplace_back();
    } else if (w.at(0) == "seen") {
      seen.back().push_back(w);
      if (w.size() > 13 && w[12] != "nan") {
        orbits.absolute_magnitude.back() = std::stod(w.at(12));
        orbits.slope.back() = std::stod(w.at(13));
      }
    }
  }
  ASSERT_GE(orbits.size(), 15u);
  int magnitudes = 0;
  for (std::size_t i = 0; i < orbits.size(); ++i) {
    for (const Words& w : seen[i]) {
      const ObservedSky sky(w.at(3) == "X05" ? rubin : ctio,
                            time::Utc::from_mjd(std::stod(w.at(2))));
      OrbitCatalog one;
      one.append(orbits.name[i], orbits.orbit[i], orbits.absolute_magnitude[i], orbits.slope[i],
                 orbits.facts[i]);
      const CatalogMotion motion(one, {sky.tdb().jd1, sky.tdb().jd2 - 0.3},
                                 {sky.tdb().jd1, sky.tdb().jd2 + 0.3});
      const SeenBody body = motion.seen(0, {sky.observer(), sun_at(sky.tdb()), sky.tdb()});
      const auto place = SkyPosition::from_degrees(std::stod(w.at(4)), std::stod(w.at(5)));
      // UT1 - UTC left at zero: 0.3 km, at 0.1 au 0.004 arcsec; Horizons' own orbits differ more.
      EXPECT_LT(sphere::separation(place, body.position).arcsec(), 0.05) << w.at(1) << w.at(2);
      // The Sun, at 15 m/s, when light left it or the body: 499 s an au of the way.
      EXPECT_NEAR(body.heliocentric_distance, std::stod(w.at(6)),
                  1e-8 + 5e-8 * (body.heliocentric_distance + body.distance));
      EXPECT_NEAR(body.distance, std::stod(w.at(7)), 1e-7);
      // Horizons' rates are of the apparent place, within some 1e-3 of these [arcsec/h].
      const double rate = std::hypot(std::stod(w.at(8)), std::stod(w.at(9)));
      EXPECT_NEAR(body.ra_rate * 3600.0 / 24.0, std::stod(w.at(8)), 0.02 * rate + 0.05);
      EXPECT_NEAR(body.dec_rate * 3600.0 / 24.0, std::stod(w.at(9)), 0.02 * rate + 0.05);
      EXPECT_NEAR(body.phase.degrees(), std::stod(w.at(10)), 0.01);
      // Horizons blends another form of the phase function in near opposition, and rounds to
      // magnitudes beyond 90 degrees.
      if (orbits.absolute_magnitude[i] > 1.0 && w.at(11) != "nan" && body.phase.degrees() < 90.0) {
        EXPECT_NEAR(body.magnitude, std::stod(w.at(11)), 0.03) << w.at(1);
        ++magnitudes;
      }
    }
  }
  EXPECT_GT(magnitudes, 60);
}

OrbitCatalog belt_and_near_earth(std::size_t count) {
  OrbitCatalog out;
  auto random = RandomStream::for_unit(3, {1}, "belt and near-Earth");
  for (std::size_t i = 0; i < count; ++i) {
    const auto turn = [&] { return Angle::from_degrees(random.uniform(0.0, 360.0)); };
    const bool near = i % 4 == 0;
    const double axis = near ? random.uniform(0.9, 1.4) : random.uniform(2.1, 3.3);
    const double epoch = i % 3 == 0 ? 60000.0 : 60200.0 + static_cast<double>(i % 7);
    out.append("b" + std::to_string(i),
               orbit_from_keplerian(axis, random.uniform(0.0, 0.3),
                                    Angle::from_degrees(random.uniform(0.0, 20.0)), turn(), turn(),
                                    turn(), time::Tdb::from_mjd(epoch)),
               18.0, 0.15, {.epoch = epoch, .uncertainty = -1, .packed = {}});
  }
  return out;
}

TEST(CatalogMotion, IsTheSameForAnyNumberOfThreads) {
  const OrbitCatalog orbits = belt_and_near_earth(500);
  const time::Tdb begin = time::Tdb::from_mjd(60300.5), end = time::Tdb::from_mjd(60301.5);
  const CatalogMotion one(orbits, begin, end);
  const CatalogMotion five(orbits, begin, end, PlanetaryEphemeris::built_in(), Execution(5));
  for (std::size_t i = 0; i < orbits.size(); ++i) {
    const State a = one.barycentric(i, time::Tdb::from_mjd(60301.1));
    const State b = five.barycentric(i, time::Tdb::from_mjd(60301.1));
    ASSERT_EQ(a.position.x, b.position.x);
    ASSERT_EQ(a.velocity.z, b.velocity.z);
  }
}

TEST(CatalogMotion, CandidatesMissNoBody) {
  const OrbitCatalog orbits = belt_and_near_earth(4000);
  const time::Tdb begin = time::Tdb::from_mjd(60300.5), end = time::Tdb::from_mjd(60301.5);
  const CatalogMotion motion(orbits, begin, end);
  const Observatory site{Angle::from_degrees(-30.2), Angle::from_degrees(-70.7), 2662.0};
  auto random = RandomStream::for_unit(3, {2}, "fields");
  std::size_t inside = 0, offered = 0;
  for (int k = 0; k < 300; ++k) {
    const ObservedSky sky(site, time::Utc::from_mjd(60300.5 + random.uniform(0.001, 0.998)));
    const CatalogMotion::Observer observer{sky.observer(), sun_at(sky.tdb()), sky.tdb()};
    const auto aim = static_cast<std::size_t>(random.below(4000));
    const sphere::Cone field{sphere::unit_vector(motion.seen(aim, observer).position),
                             Angle::from_degrees(k % 3 == 0 ? 1.75 : 0.15)};
    const auto candidates = motion.candidates(field);
    offered += candidates.size();
    EXPECT_TRUE(std::is_sorted(candidates.begin(), candidates.end()));
    for (std::size_t i = 0; i < orbits.size(); ++i) {
      if (!field.contains(sphere::unit_vector(motion.seen(i, observer).position))) continue;
      ++inside;
      ASSERT_TRUE(std::binary_search(candidates.begin(), candidates.end(), i)) << i;
    }
  }
  EXPECT_GE(inside, 300u);
  EXPECT_LT(offered, 300u * 120u);  // 3 % of the bodies for fields of 0.001 % to 0.02 % of the sky
}

TEST(CatalogMotion, SaysWhatItCannotCarry) {
  OrbitCatalog orbits = belt_and_near_earth(3);
  orbits.facts[0].epoch = OrbitFacts::kUnknown;
  orbits.facts[1].epoch = 40000.0;  // before the kernel
  const CatalogMotion motion(orbits, time::Tdb::from_mjd(60300.5), time::Tdb::from_mjd(60301.5));
  EXPECT_EQ(motion.counts().unperturbed, 2u);
  EXPECT_EQ(motion.counts().bodies, 3u);
  EXPECT_THROW(CatalogMotion(orbits, time::Tdb::from_mjd(40000.5), time::Tdb::from_mjd(40001.5)),
               InputError);
}

}  // namespace
}  // namespace skywright::ephemeris
