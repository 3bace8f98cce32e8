// Lines as the Minor Planet Center published them: tests/reference/ephemeris/mpcorb_excerpt.dat has
// the header of MPCORB.DAT and lines that other public programs quote verbatim in their tests
// (astrogo's of Distant.txt and NEA.txt of 2026-09-08; gompcreader's 5154 T-3; pykep's Apophis; a
// telescope's plan with Haumea), mpcorb_earlier.dat three bodies as the file of half a year before
// had them. The numbers that are expected were read off the lines by hand.
#include "skywright/ephemeris/mpcorb.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "skywright/ephemeris/catalog_motion.h"
#include "skywright/ephemeris/designation.h"
#include "skywright/ephemeris/orbit_reader.h"
#include "skywright/ephemeris/sky_bodies.h"

namespace skywright::ephemeris {
namespace {

std::string text_of(const std::string& name) {
  std::ifstream file(std::string(SKYWRIGHT_SOURCE_DIR) + "/tests/reference/ephemeris/" + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

OrbitReading read_in_parts(const std::string& text, std::size_t part) {
  OrbitReader reader(BadLines::skip);
  for (std::size_t at = 0; at < text.size(); at += part)
    reader.take(std::string_view(text).substr(at, part), Execution());
  return reader.finish(Execution());
}

TEST(Mpcorb, ReadsEachPublishedLine) {
  const OrbitReading reading = read_in_parts(text_of("mpcorb_excerpt.dat"), 1000);
  EXPECT_EQ(reading.skipped, 0u);
  struct Expected {
    const char *packed, *name, *permanent, *provisional;
    double epoch, h, a, e;
    int uncertainty;
  };
  constexpr double kNone = -99.0;
  const Expected expected[] = {
      {"00001", "(1) Ceres", "1", "", 61200, 3.34, 2.7655526, 0.0796923, 0},
      {"00002", "(2) Pallas", "2", "", 61200, 4.12, 2.7695590, 0.2307001, 0},
      {"00433", "(433) Eros", "433", "", 61200, 10.39, 1.4582437, 0.2228780, 0},
      {"00944", "(944) Hidalgo", "944", "", 61200, 10.55, 5.7287361, 0.6620703, 0},
      {"99942", "(99942) Apophis", "99942", "", 55400, 19.2, 0.9223398, 0.1911104, 1},
      {"D6108", "(136108) Haumea", "136108", "", 59600, 0.26, 42.9914375, 0.1989312, 1},
      {"~000v", "(620057) 2005 CG81", "620057", "", 61200, 6.39, 54.0916422, 0.2400784, 4},
      {"T3S5154", "5154 T-3", "", "5154 T-3", 43440, 17.1, 3.0919701, 0.2757131, -1},
      {"J94T00G", "1994 TG", "", "1994 TG", 49620, 7.0, 42.2543833, 0.0, -1},
      {"K04PB2C", "2004 PC112", "", "2004 PC112", 53240, kNone, 44.3481040, 0.0417836, -1},
  };
  ASSERT_EQ(reading.orbits.size(), std::size(expected));
  for (std::size_t i = 0; i < std::size(expected); ++i) {
    const Expected& line = expected[i];
    const OrbitFacts& facts = reading.orbits.facts[i];
    const Orbit& orbit = reading.orbits.orbit[i];
    EXPECT_EQ(facts.packed, line.packed);
    EXPECT_EQ(reading.orbits.name[i], line.name);
    EXPECT_EQ(unpacked(facts.packed).permanent, line.permanent);
    EXPECT_EQ(unpacked(facts.packed).provisional, line.provisional);
    EXPECT_EQ(facts.epoch, line.epoch) << line.packed;
    EXPECT_EQ(facts.uncertainty, line.uncertainty) << line.packed;
    EXPECT_DOUBLE_EQ(orbit.eccentricity, line.e);
    EXPECT_NEAR(orbit.perihelion_distance, line.a * (1.0 - line.e), 1e-12 * line.a);
    const double h = reading.orbits.absolute_magnitude[i];
    if (line.h == kNone)
      EXPECT_TRUE(std::isnan(h));
    else
      EXPECT_DOUBLE_EQ(h, line.h);
    EXPECT_DOUBLE_EQ(reading.orbits.slope[i], 0.15);  // of PC112, whose is blank, too
  }
  // Haumea's angles, in the file's order: a column too far would still be a number.
  const Orbit& haumea = reading.orbits.orbit[5];
  EXPECT_DOUBLE_EQ(haumea.argument_of_perihelion.degrees(), 239.71462);
  EXPECT_DOUBLE_EQ(haumea.node.degrees(), 122.12608);
  EXPECT_DOUBLE_EQ(haumea.inclination.degrees(), 28.21248);
}

TEST(Mpcorb, DoesNotMindLineEndsNorWhereItIsCut) {
  const std::string plain = text_of("mpcorb_excerpt.dat");
  std::string dos;
  for (const char c : plain) dos += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const OrbitReading once = read_in_parts(plain, plain.size());
  for (const auto& [text, part] : {std::pair(plain, std::size_t{7}), std::pair(dos, dos.size()),
                                   std::pair(dos, std::size_t{203})}) {
    const OrbitReading other = read_in_parts(text, part);
    EXPECT_EQ(other.skipped, 0u);
    EXPECT_EQ(other.orbits.name, once.orbits.name);
    for (std::size_t i = 0; i < once.orbits.size(); ++i)
      EXPECT_EQ(other.orbits.orbit[i].perihelion_time, once.orbits.orbit[i].perihelion_time);
  }
}

TEST(Mpcorb, TellsBadLinesByTheFilesOwnNumbersAndReadsTheRest) {
  std::string text = text_of("mpcorb_excerpt.dat");
  const auto line_of = [&](std::string_view start) {
    const auto at = text.find("\n" + std::string(start)) + 1;
    return std::pair(at, std::count(text.begin(), text.begin() + static_cast<long>(at), '\n') + 1);
  };
  const auto [eros, eros_number] = line_of("00433");
  text[eros + 60] = 'x';  // of the inclination
  const auto [ceres, ceres_number] = line_of("00001");
  text.replace(ceres + 20, 5, "K26C0");  // no such day
  const auto [haumea, haumea_number] = line_of("D6108");
  text.erase(haumea + 90, text.find('\n', haumea) - haumea - 90);  // cut short
  const OrbitReading reading = read_in_parts(text, 500);
  EXPECT_EQ(reading.orbits.size(), 7u);
  ASSERT_EQ(reading.skipped, 3u);
  EXPECT_EQ(reading.first_skipped[0].line, static_cast<std::size_t>(ceres_number));
  EXPECT_NE(reading.first_skipped[0].reason.find("K26C0"), std::string::npos);
  EXPECT_EQ(reading.first_skipped[1].line, static_cast<std::size_t>(eros_number));
  EXPECT_NE(reading.first_skipped[1].reason.find("columns 60-68"), std::string::npos);
  EXPECT_EQ(reading.first_skipped[2].line, static_cast<std::size_t>(haumea_number));
}

// From one published file to the next, 200 days later: elements of 1e-5 degrees and 1e-7 make 0.02
// arcsec each and less than 0.1 together at each end; the orbits were fitted anew meanwhile, to
// observations good to 0.1 arcsec.
TEST(Mpcorb, CarriesOnePublishedOrbitToTheNext) {
  const OrbitReading earlier = read_in_parts(text_of("mpcorb_earlier.dat"), 1000);
  const OrbitReading later = read_in_parts(text_of("mpcorb_excerpt.dat"), 1000);
  ASSERT_EQ(earlier.orbits.size(), 3u);
  const time::Tdb t = time::Tdb::from_mjd(61200.0);
  const CatalogMotion motion(earlier.orbits, time::Tdb::from_mjd(61199.5),
                             time::Tdb::from_mjd(61200.5));
  const Vector earth = earth_at(t).heliocentric.position, sun = sun_at(t).position;
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_EQ(earlier.orbits.name[i], later.orbits.name[i]);
    ASSERT_EQ(earlier.orbits.facts[i].epoch, 61000.0);
    const Vector theirs = heliocentric_state(later.orbits.orbit[i], t).position - earth;
    const Vector ours = motion.barycentric(i, t).position - sun - earth;
    const Vector as_before = heliocentric_state(earlier.orbits.orbit[i], t).position - earth;
    constexpr double kTolerance = 0.3;  // [arcsec]
    const double error = sphere::separation(ours.direction(), theirs.direction()).arcsec();
    EXPECT_LT(error, kTolerance) << earlier.orbits.name[i];
    // What the planets did is there to be missed.
    EXPECT_GT(sphere::separation(as_before.direction(), theirs.direction()).arcsec(),
              3.0 * kTolerance);
    RecordProperty("error" + std::to_string(i), std::to_string(error));
  }
}

}  // namespace
}  // namespace skywright::ephemeris
