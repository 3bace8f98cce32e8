#include "skywright/sky/night_sky.h"

#include <algorithm>
#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "skywright/sky/detail/test_skies.h"

namespace skywright::sky {
namespace {

using sphere::Angle;
using sphere::UnitVector;
using test::kDegree;
using test::sky_at;
using test::towards;

/// Johnson-Cousins bands as bare wavelengths, so that the model's own dark sky is used; magnitudes
/// are Vega's plus `ab` (Blanton & Roweis 2007).
struct PublishedBand {
  const char* name;
  double wavelength_nm;
  double ab;
  double walker_dark;  ///< Walker (1987), NOAO Newsletter 10, 16: lunar age 0, Cerro Tololo
  double patat_dark;   ///< Patat (2003), A&A 400, 1183: Cerro Paranal
};
constexpr PublishedBand kPublished[] = {
    {"B", 440.0, -0.09, 22.7, 22.64}, {"V", 551.0, 0.02, 21.8, 21.61},
    {"R", 658.0, 0.21, 20.9, 20.87},  {"I", 806.0, 0.45, 19.9, 19.71},
    {"U", 365.0, 0.79, 22.0, 22.28},
};

NightSky published_sky() {
  std::vector<double> wavelengths;
  for (const PublishedBand& p : kPublished) wavelengths.push_back(p.wavelength_nm);
  return sky_at(wavelengths, 2200.0);
}

NightSky lsst_sky() {
  const auto lsst = instrument::load_instrument("lsst");
  return NightSky(lsst.bands, lsst.site.height_m);
}

SkyPoint far_from_sun(const UnitVector& horizon) {
  return {horizon, Angle::from_degrees(40.0), Angle::from_degrees(150.0)};
}

TEST(NightSky, IsAsDarkAsPublished) {
  const NightSky sky = published_sky();
  for (std::size_t b = 0; b < sky.bands(); ++b) {
    const double m = sky.magnitude(b, far_from_sun({0, 0, 1}), {}) - kPublished[b].ab;
    EXPECT_NEAR(m, kPublished[b].walker_dark, 0.3) << kPublished[b].name;
    EXPECT_NEAR(m, kPublished[b].patat_dark, 0.3) << kPublished[b].name;
    RecordProperty(std::string(kPublished[b].name) + "_less_published",
                   std::to_string(m - kPublished[b].walker_dark) + " " +
                       std::to_string(m - kPublished[b].patat_dark));
  }
}

TEST(NightSky, HasTheInstrumentsDarkSkyAtTheZenith) {
  const auto lsst = instrument::load_instrument("lsst");
  const NightSky sky(lsst.bands, lsst.site.height_m);
  for (std::size_t b = 0; b < sky.bands(); ++b)
    EXPECT_NEAR(sky.magnitude(b, far_from_sun({0, 0, 1}), {}), lsst.bands[b].dark_sky, 0.1);
}

TEST(NightSky, IsBrighterTowardsTheHorizonWhereItIsDark) {
  // Patat (2003), section 6: 0.3 to 0.5 mag at zenith distance 60 in B to R.
  const NightSky sky = published_sky();
  for (std::size_t b = 0; b < 3; ++b) {
    const double gain = sky.magnitude(b, far_from_sun({0, 0, 1}), {}) -
                        sky.magnitude(b, far_from_sun(towards(30.0, 0.0)), {});
    EXPECT_GT(gain, 0.15) << kPublished[b].name;
    EXPECT_LT(gain, 0.6) << kPublished[b].name;
  }
}

TEST(NightSky, IsNeverNaN) {
  const NightSky sky = lsst_sky();
  for (const double sun : {-90.0, -18.0, -12.0, -6.0, -0.1, 0.0, 30.0, 90.0})
    for (const double moon : {-90.0, -0.5, 0.0, 45.0, 90.0})
      for (const double lit : {0.0, 0.5, 1.0}) {
        const NightSkyState state{towards(sun, 250.0), towards(moon, 80.0), lit};
        std::vector<UnitVector> places = {state.sun, state.moon, {0, 0, 1}, {0, 0, -1}};
        for (double alt = -90.0; alt <= 90.0; alt += 15.0)
          for (double az = 0.0; az < 360.0; az += 40.0) places.push_back(towards(alt, az));
        for (std::size_t b = 0; b < sky.bands(); ++b)
          for (const UnitVector& d : places)
            for (const double lon : {-180.0, 0.0, 3.0, 90.0}) {
              const double m = sky.magnitude(
                  b, {d, Angle::from_degrees(lon / 4), Angle::from_degrees(lon)}, state);
              ASSERT_TRUE(m >= 3.0 && m < 25.0) << m << " sun " << sun << " moon " << moon;
            }
      }
}

TEST(NightSky, IsTheSameInBulk) {
  const NightSky sky = lsst_sky();
  std::vector<float> altitude, azimuth, latitude, longitude;
  for (int i = 0; i < 5000; ++i) {
    altitude.push_back(static_cast<float>(std::asin(-1.0 + 2.0 * (i + 0.5) / 5000)));
    azimuth.push_back(
        static_cast<float>(2.39996 * i - 6.2831853 * std::floor(2.39996 * i / 6.2831853)));
    latitude.push_back(0.3F * altitude.back());
    longitude.push_back(azimuth.back());
  }
  std::vector<float> out(altitude.size());
  const auto degrees = [](float v) { return static_cast<double>(v) / kDegree; };
  for (const double sun : {-50.0, -16.0, -10.0, 5.0})
    for (const double moon : {-20.0, 2.0, 60.0}) {
      const NightSkyState state{towards(sun, 250.0), towards(moon, 80.0), 0.8};
      for (std::size_t b = 0; b < sky.bands(); ++b) {
        sky.magnitudes(b, state, altitude, azimuth, latitude, longitude, out);
        for (std::size_t i = 0; i < out.size(); ++i) {
          const SkyPoint p{towards(degrees(altitude[i]), degrees(azimuth[i])),
                           Angle::from_degrees(degrees(latitude[i])),
                           Angle::from_degrees(degrees(longitude[i]))};
          ASSERT_NEAR(static_cast<double>(out[i]), sky.magnitude(b, p, state), 0.01)
              << "altitude " << degrees(altitude[i]) << " band " << b;
        }
      }
    }
}

TEST(NightSky, TwilightFollowsTheMeasuredZenithAndEnds) {
  const NightSky sky = published_sky();
  const SkyPoint zenith = far_from_sun({0, 0, 1});
  // Patat et al. (2006), table 2, V: 11.84 + 1.518 d - 0.057 d^2 for d = z - 95; dark skies differ.
  for (const double z : {95.0, 97.0, 99.0, 101.0}) {
    const double d = z - 95.0;
    EXPECT_NEAR(sky.magnitude(1, zenith, {.sun = towards(90.0 - z, 0.0)}) - kPublished[1].ab,
                11.84 + 1.518 * d - 0.057 * d * d, 0.1);
  }
  for (std::size_t b = 0; b < sky.bands(); ++b) {
    // Where astronomical twilight ends by definition, past the range of the measurement.
    EXPECT_NEAR(sky.magnitude(b, zenith, {.sun = towards(-18.0, 0.0)}),
                sky.magnitude(b, zenith, {}), 0.15);
    EXPECT_NEAR(sky.magnitude(b, zenith, {.sun = towards(-21.0, 0.0)}),
                sky.magnitude(b, zenith, {}), 0.02);
    double last = 0.0;
    for (double sun = 10.0; sun > -25.0; sun -= 0.25) {
      const double m = sky.magnitude(b, zenith, {.sun = towards(sun, 0.0)});
      EXPECT_GE(m, last - 1e-9) << "Sun at " << sun;
      last = m;
    }
  }
}

TEST(NightSky, ShinesAroundTheMoonAndTheSettingSun) {
  const NightSky sky = lsst_sky();
  const NightSkyState state{.moon = towards(60.0, 90.0), .moon_illumination = 1.0};
  double last = 0.0;
  for (double d = 0.5; d < 60.0; d += 2.0) {
    const double m = sky.magnitude(2, far_from_sun(towards(60.0 + d / 4, 90.0 + d * 1.5)), state);
    EXPECT_GT(m, last);
    last = m;
  }
  const NightSkyState dusk{.sun = towards(-9.0, 270.0)};
  EXPECT_GT(sky.magnitude(2, far_from_sun(towards(30.0, 90.0)), dusk),
            sky.magnitude(2, far_from_sun(towards(30.0, 270.0)), dusk) + 1.0);
}

TEST(ZodiacalLight, IsThatOfTheTable) {
  const auto at = [](double b, double l) {
    return zodiacal_light(Angle::from_degrees(b), Angle::from_degrees(l));
  };
  EXPECT_NEAR(at(0, 180), 230, 1e-9);
  EXPECT_NEAR(at(-45, -60), 134, 1e-9);
  EXPECT_NEAR(at(90, 77), 77, 1e-9);
  EXPECT_NEAR(at(0, 15), 11500, 1e-6);
  EXPECT_NEAR(at(0, 345), 11500, 1e-6);
  // The pole in AB at 500 nm: 1.81e-18 erg/s/cm2/A/arcsec2 (Aldering 2001), 23.45.
  EXPECT_GT(at(0, 180), at(0, 140));  // the gegenschein
  EXPECT_GT(at(0, 5), at(0, 15));
  EXPECT_TRUE(std::isfinite(at(0, 0)));
}

TEST(EclipticPlace, KnowsTheSunAndThePole) {
  const auto of = [](double ra, double dec) {
    return sphere::unit_vector(sphere::SkyPosition::from_degrees(ra, dec));
  };
  const UnitVector june = of(90.0, 23.4392794);
  EXPECT_NEAR(ecliptic_place(june, june).latitude.degrees(), 0.0, 1e-5);
  EXPECT_NEAR(ecliptic_place(june, june).longitude_from_sun.degrees(), 0.0, 1e-9);
  EXPECT_NEAR(ecliptic_place(of(180.0, 0.0), june).longitude_from_sun.degrees(), 90.0, 1e-5);
  EXPECT_NEAR(ecliptic_place(of(270.0, 66.5607206), june).latitude.degrees(), 90.0, 1e-3);
}

}  // namespace
}  // namespace skywright::sky
