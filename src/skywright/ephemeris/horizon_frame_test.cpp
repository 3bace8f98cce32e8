#include "skywright/ephemeris/horizon_frame.h"

#include <gtest/gtest.h>

#include "skywright/base/error.h"
#include "skywright/base/random_stream.h"
#include "skywright/ephemeris/sky_bodies.h"

namespace skywright::ephemeris {
namespace {

Observatory rubin() {
  return {Angle::from_degrees(-30.244639), Angle::from_degrees(-70.749417), 2662.75};
}

double arcsec_between(const sphere::UnitVector& a, const sphere::UnitVector& b) {
  return sphere::separation(a, b).arcsec();
}

sphere::UnitVector north_east_up(const Horizontal& h) {
  return {cos(h.altitude) * cos(h.azimuth), cos(h.altitude) * sin(h.azimuth), sin(h.altitude)};
}

TEST(HorizonFrame, AgreesWithTheObservedSkyButForAberration) {
  // Aberration moves a star by 20.85 arcsec at perihelion, 0.3 more by the Earth's turning;
  // deflection by the Sun by 0.01 arcsec 45 degrees from it. Nothing else may differ by more than
  // the 0.1 arcsec of a nutation taken at the middle of the day.
  auto random = RandomStream::for_unit(7, {1}, "stars");
  const time::Tai begin = time::to_tai(time::Utc::from_mjd(61100.7));
  const HorizonFrame frame(rubin(), begin, begin.plus_seconds(3 * 86400.0));
  for (int i = 0; i < 300; ++i) {
    const time::Tai t = begin.plus_seconds(random.uniform(0.0, 3 * 86400.0));
    const ObservedSky sky(rubin(), time::to_utc(t));
    const auto star =
        SkyPosition::from_degrees(random.uniform(0, 360), random.uniform(-90.0, 90.0));
    const auto place = sphere::unit_vector(star);
    const auto at = frame.at(t);
    if (sphere::separation(place, at.sun).degrees() < 45.0) continue;
    const Vector v = (1.0 / kLightSpeed) * sky.observer().velocity;
    const auto moved = Vector{place.x + v.x, place.y + v.y, place.z + v.z}.direction();
    const auto seen = north_east_up(sky.horizontal(star));
    EXPECT_LT(arcsec_between(to_horizon(at.icrs_to_horizon, place), seen), 21.2);
    EXPECT_LT(arcsec_between(to_horizon(at.icrs_to_horizon, moved), seen), 0.1);
    EXPECT_NEAR((at.local_sidereal_time - sky.local_sidereal_time()).wrapped_around_zero().arcsec(),
                0.0, 0.1);
    const auto back = from_horizon(at.icrs_to_horizon, to_horizon(at.icrs_to_horizon, place));
    EXPECT_LT(arcsec_between(back, place), 1e-7);
    EXPECT_LT(arcsec_between(at.sun, sphere::unit_vector(sky.sun_position())), 0.001);
    EXPECT_LT(arcsec_between(at.moon, sphere::unit_vector(sky.moon_position())), 0.05);
  }
}

TEST(HorizonFrame, InterpolatesSunAndMoonToMilliarcseconds) {
  // A frame of another beginning has other nodes: what both say is what they are made from.
  const time::Tai begin = time::Tai::from_mjd(61100.0);
  const HorizonFrame a(rubin(), begin, begin.plus_seconds(40 * 86400.0));
  const HorizonFrame b(rubin(), begin.plus_seconds(-0.37 * 86400.0),
                       begin.plus_seconds(40 * 86400.0));
  for (int i = 0; i < 4000; ++i) {
    const time::Tai t = begin.plus_seconds(i * 863.9);
    EXPECT_LT(arcsec_between(a.at(t).sun, b.at(t).sun), 0.001);
    // Another middle of the day: its nutation turns the parallax (0.1 arcsec of 1 degree), its
    // velocity of the Earth, 1.7 % a day, moves the 0.34 arcsec of the light time.
    EXPECT_LT(arcsec_between(a.at(t).moon, b.at(t).moon), 0.006);
  }
}

TEST(HorizonFrame, SeesAnEclipseAsOne) {
  // Total eclipse of 2024-04-08, greatest at 18:17:21 UTC near 25.29 N 104.14 W (NASA).
  const Observatory there{Angle::from_degrees(25.29), Angle::from_degrees(-104.14), 0.0};
  const time::Tai t = time::to_tai(time::utc_from_iso("2024-04-08T18:17:21"));
  const auto at = HorizonFrame(there, t, t.plus_seconds(1.0)).at(t);
  EXPECT_LT(at.moon_elongation.arcsec(), 60.0);
  EXPECT_LT(at.moon_illumination, 1e-5);
  const Horizontal sun = horizontal(to_horizon(at.icrs_to_horizon, at.sun));
  EXPECT_NEAR(sun.altitude.degrees(), 69.8, 0.2);
}

TEST(HorizonFrame, RefusesATimeThatRunsBackwards) {
  const time::Tai t = time::Tai::from_mjd(61100.0);
  EXPECT_THROW(HorizonFrame(rubin(), t, t.plus_seconds(-1.0)), InputError);
  EXPECT_THROW(HorizonFrame({Angle::from_degrees(91.0), Angle(), 0.0}, t, t), InputError);
}

}  // namespace
}  // namespace skywright::ephemeris
