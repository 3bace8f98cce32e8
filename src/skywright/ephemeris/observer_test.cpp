// ERFA itself is the oracle of what is composed here; cases of erfa.csv are those of its validation
// program (liberfa/erfa, src/t_erfa_c.c) under the name of the routine, computed by
// tests/reference/make_erfa.py.
#include "skywright/ephemeris/observer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <numbers>
#include <sstream>
#include <string>
#include <vector>

#include <erfa.h>
#include <gtest/gtest.h>

#include "skywright/base/error.h"
#include "skywright/base/random_stream.h"
#include "skywright/base/test_data.h"
#include "skywright/ephemeris/sky_bodies.h"
#include "skywright/sphere/frames.h"

namespace skywright::ephemeris {
namespace {

constexpr double kDegree = std::numbers::pi / 180.0;

double erfa(const char* name) { return reference_value("erfa.csv", name); }

Observatory rubin() {
  return {Angle::from_degrees(-30.244639), Angle::from_degrees(-70.749417), 2662.75};
}

TEST(ObservedSky, AgreesWithErfasVector) {
  // The case of eraAtco13, whose star has proper motion and parallax; eraPmsafe and a step along
  // the line of sight bring it to the date, which is what our caller does.
  const Observatory there{Angle::from_radians(-1.2345856), Angle::from_radians(-0.527800806),
                          2738.0};
  const time::Utc utc{2456384.5, 0.969254051};
  const EarthOrientation orientation{0.1550675, Angle::from_radians(2.47230737e-7),
                                     Angle::from_radians(1.82640464e-6)};
  const Atmosphere air{731.0, 12.8, 0.59, 0.55};
  const ObservedSky sky(there, utc, orientation, air);
  double ra = 0.0, dec = 0.0;
  {
    const time::Tdb tdb = sky.tdb();
    const double years = (tdb.jd1 - 2451545.0 + tdb.jd2) / 365.25;
    double p[3];
    double eb[3] = {sky.observer().position.x, sky.observer().position.y,
                    sky.observer().position.z};
    eraPmpx(2.71, 0.174, 1e-5, 5e-6, 0.1, 55.0, years, eb, p);
    eraC2s(p, &ra, &dec);
  }
  const SkyPosition star{Angle::from_radians(ra), Angle::from_radians(dec)};
  const Horizontal h = sky.horizontal(star);
  EXPECT_NEAR(h.azimuth.radians(), erfa("atco13 azimuth"), 1e-9);
  EXPECT_NEAR(std::numbers::pi / 2.0 - h.altitude.radians(), erfa("atco13 zenith distance"), 1e-9);
  EXPECT_NEAR(sky.hour_angle(star).radians(), erfa("atco13 hour angle"), 1e-9);
}

TEST(ObservedSky, ManyAgreeWithErfaOneByOne) {
  auto random = RandomStream::for_unit(1, {1}, "observed");
  for (const double pressure : {0.0, 750.0}) {
    const time::Utc utc = time::Utc::from_mjd(61100.29125);
    const EarthOrientation pole{0.1, Angle::from_arcsec(0.2), Angle::from_arcsec(-0.35)};
    const ObservedSky sky(rubin(), utc, pole, {pressure, 10.0, 0.4, 0.62});
    std::vector<double> ra, dec;
    for (int i = 0; i < 5003; ++i) {
      ra.push_back(random.uniform(0.0, 360.0));
      dec.push_back(std::asin(random.uniform(-1.0, 1.0)) / kDegree);
    }
    std::vector<double> azimuth(ra.size()), altitude(ra.size());
    sky.horizontal(ra, dec, azimuth, altitude);
    for (std::size_t i = 0; i < ra.size(); ++i) {
      double aob = 0, zob = 0, hob = 0, dob = 0, rob = 0, eo = 0;
      eraAtco13(ra[i] * kDegree, dec[i] * kDegree, 0, 0, 0, 0, utc.jd1, utc.jd2, 0.1,
                rubin().longitude.radians(), rubin().latitude.radians(), rubin().height,
                pole.pole_x.radians(), pole.pole_y.radians(), pressure, 10.0, 0.4, 0.62, &aob, &zob,
                &hob, &dob, &rob, &eo);
      const double expected = 90.0 - zob / kDegree;
      ASSERT_NEAR(altitude[i], expected, 1e-9);
      ASSERT_NEAR(std::remainder(azimuth[i] - aob / kDegree, 360.0) * std::cos(expected * kDegree),
                  0.0, 1e-9);
      ASSERT_GE(azimuth[i], 0.0);
      ASSERT_LT(azimuth[i], 360.0);
      const SkyPosition star = SkyPosition::from_degrees(ra[i], dec[i]);
      const Horizontal one = sky.horizontal(star);
      ASSERT_NEAR(one.altitude.degrees(), altitude[i], 1e-9);
      if (expected > 10.0) {
        ASSERT_LT(sphere::separation(sky.icrs_at(one), star).arcsec(), 0.01);
      }
    }
  }
}

TEST(ObservedSky, TheZenithTellsSiderealTime) {
  const ObservedSky sky(rubin(), time::Utc::from_mjd(61100.0));
  const SkyPosition zenith = sky.icrs_at({Angle(), Angle::from_degrees(90.0)});
  EXPECT_NEAR(sky.hour_angle(zenith).arcsec(), 0.0, 0.1);
  // Sidereal time here is the zenith's right ascension of date: ICRS's differs by precession, which
  // in 26 years is m = 46.1 arcsec a year plus n sin(ra) tan(dec) (Astronomical Almanac, B56).
  const double years = (61100.0 - 51544.5) / 365.25;
  const double ra = zenith.ra.radians();
  const double precession = years * (46.13 + 20.04 * std::sin(ra) * std::tan(zenith.dec.radians()));
  EXPECT_NEAR((sky.local_sidereal_time() - zenith.ra).wrapped_around_zero().arcsec(), precession,
              60.0);
  // eraGst06a is sidereal time at Greenwich; ours adds the longitude.
  const time::Utc utc = time::Utc::from_mjd(61100.0);
  const time::Tt tt = time::to_tt(time::to_tai(utc));
  const double greenwich = eraGst06a(utc.jd1, utc.jd2, tt.jd1, tt.jd2);
  const Angle expected = Angle::from_radians(greenwich) + rubin().longitude;
  EXPECT_NEAR((sky.local_sidereal_time() - expected).wrapped_around_zero().arcsec(), 0.0, 1e-3);
}

TEST(ObservedSky, ParallacticAngleIsZeroOnTheMeridianAndTurnsWithIt) {
  const ObservedSky sky(rubin(), time::Utc::from_mjd(61100.0));
  const Angle lst = sky.local_sidereal_time();
  const SkyPosition north{lst, Angle::from_degrees(10.0)};
  const SkyPosition west{lst - Angle::from_degrees(40.0), Angle::from_degrees(-20.0)};
  // North of the zenith the zenith lies south of the star: 180 degrees.
  EXPECT_GT(std::abs(sky.parallactic_angle(north).degrees()), 178.0);
  const Angle q = sky.parallactic_angle(west);
  const SkyPosition zenith = sky.icrs_at({Angle(), Angle::from_degrees(90.0)});
  const Angle expected = sphere::position_angle(west, zenith).wrapped_around_zero();
  EXPECT_NEAR((q - expected).wrapped_around_zero().degrees(), 0.0, 0.3);  // north of date, not ICRS
}

TEST(ObservedSky, RefusesPlacesAndTimesThatAreNone) {
  EXPECT_THROW(ObservedSky({Angle::from_degrees(91.0), Angle(), 0.0}, time::Utc::from_mjd(60000.0)),
               InputError);
  EXPECT_THROW(ObservedSky(rubin(), time::Utc{-3e6, 0.0}), InputError);
}

TEST(Airmass, IsOneAtTheZenithAndFiniteAtTheHorizon) {
  EXPECT_NEAR(airmass(Angle::from_degrees(90.0)), 1.0, 1e-4);
  EXPECT_NEAR(airmass(Angle::from_degrees(30.0)), 1.995, 0.002);  // Kasten & Young (1989): 1.9939
  EXPECT_NEAR(airmass(Angle::from_degrees(10.0)), 5.59, 0.03);    // Kasten & Young (1989): 5.5841
  EXPECT_NEAR(airmass(Angle()), 38.75, 0.1);                      // Pickering (2002): 38.75
  EXPECT_TRUE(std::isnan(airmass(Angle::from_degrees(-0.1))));
}

TEST(SkyBodies, AgreeWithErfasVectors) {
  const EarthStates earth = analytic_earth_at({2400000.5, 53411.52501161});
  EXPECT_NEAR(earth.heliocentric.position.x, erfa("epv00 heliocentric x"), 1e-13);
  EXPECT_NEAR(earth.heliocentric.velocity.y, erfa("epv00 heliocentric vy"), 1e-14);
  EXPECT_NEAR(earth.barycentric.position.z, erfa("epv00 barycentric z"), 1e-13);
  EXPECT_NEAR(earth.barycentric.velocity.x, erfa("epv00 barycentric vx"), 1e-14);
  const State moon = analytic_moon_from_earth(time::to_tdb(time::Tt{2400000.5, 43999.9}));
  EXPECT_NEAR(moon.position.x, erfa("moon98 x"), 1e-11);
  EXPECT_NEAR(moon.velocity.z, erfa("moon98 vz"), 1e-11);
}

TEST(SkyBodies, TheEarthIsWhereJplPutsIt) {
  // Horizons, DE441, Sun to Earth, ecliptic of J2000, daily 2019-12-01 to 2031-01-31. One
  // arcsecond is 713 km at the least; DE440 and DE441 are fits to the same data.
  const auto path = SKYWRIGHT_TEST_DATA("orbits/Earth1day2020s_02a.csv");
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line) && line != "$$SOE") {
  }
  const auto to_icrs = sphere::icrs_to_ecliptic().inverse();
  int days = 0;
  double worst = 0.0, worst_speed = 0.0;
  while (std::getline(file, line) && line != "$$EOE") {
    std::stringstream words(line);
    std::array<double, 7> v{};
    std::string word;
    for (std::size_t k = 0, i = 0; std::getline(words, word, ',') && k < 7; ++i) {
      if (i != 1) v[k++] = std::stod(word);
    }
    const auto position = to_icrs * sphere::Direction<sphere::EclipticJ2000>{{v[1], v[2], v[3]}};
    const auto velocity = to_icrs * sphere::Direction<sphere::EclipticJ2000>{{v[4], v[5], v[6]}};
    const State earth = earth_at({v[0], 0.0}).heliocentric;
    const Vector p = kAstronomicalUnit * earth.position;
    const Vector s = (kAstronomicalUnit / 86400.0) * earth.velocity;
    worst = std::max(worst, (p - Vector{position.v.x, position.v.y, position.v.z}).length());
    worst_speed =
        std::max(worst_speed, (s - Vector{velocity.v.x, velocity.v.y, velocity.v.z}).length());
    ++days;
  }
  EXPECT_EQ(days, 4080);
  EXPECT_LT(worst, 0.1);         // [km]
  EXPECT_LT(worst_speed, 1e-6);  // [km/s]
}

TEST(SkyBodies, TheObserverTurnsWithTheEarth) {
  // Half a sidereal day apart the geocentric vector is turned by half a turn about the pole.
  const auto geocentric = [](double mjd) {
    const ObservedSky sky(rubin(), time::Utc::from_mjd(mjd));
    const State earth = earth_at(sky.tdb()).barycentric;
    return kAstronomicalUnit * (sky.observer().position - earth.position);
  };
  const Vector now = geocentric(61100.3);
  const Vector later = geocentric(61100.3 + 0.5 * 0.99726957);
  // Distance from the axis and height of the observatory: MPC code X05, 0.864981 and -0.500958
  // Earth radii of 6378.137 km.
  EXPECT_NEAR(std::hypot(now.x, now.y), 0.864981 * 6378.137, 20.0);  // axis of date is 0.15 deg off
  EXPECT_NEAR(now.length(), std::hypot(0.864981, 0.500958) * 6378.137, 1.0);
  EXPECT_NEAR((now + later).length(), 2 * 0.500958 * 6378.137, 20.0);
}

TEST(SkyBodies, SunAndMoonStandWhereAlmanacsSay) {
  // Total solar eclipse of 2024-04-08, greatest at 18:17:21 UTC near 25.29 N 104.14 W (NASA): there
  // Sun and Moon are within a tenth of a degree, and the Moon is new; full on 2024-03-25 07:00.
  const Observatory there{Angle::from_degrees(25.29), Angle::from_degrees(-104.14), 0.0};
  const ObservedSky sky(there, time::utc_from_iso("2024-04-08T18:17:21"));
  EXPECT_LT(sphere::separation(sky.sun_position(), sky.moon_position()).arcsec(), 60.0);
  EXPECT_NEAR(sky.horizontal(sky.sun_position()).altitude.degrees(), 69.8, 0.2);
  EXPECT_LT(moon_illumination(time::to_tt(time::to_tai(time::utc_from_iso("2024-04-08T18:17")))),
            1e-3);
  EXPECT_GT(moon_illumination(time::to_tt(time::to_tai(time::utc_from_iso("2024-03-25T07:00")))),
            0.99);
}

}  // namespace
}  // namespace skywright::ephemeris
