#include "skywright/sky/sky_model.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "skywright/ephemeris/moving_bodies.h"
#include "skywright/sky/milky_way.h"
#include "skywright/sky/supernovae.h"
#include "skywright/sky/variability.h"

namespace skywright::sky {
namespace {

using sphere::Angle;
using sphere::SkyPosition;

instrument::Band r_band() {
  instrument::Band band;
  band.name = "r";
  return band;
}

Cone cone(double ra, double dec, double radius) {
  return {SkyPosition::from_degrees(ra, dec), Angle::from_degrees(radius)};
}

TEST(BrightStars, HoldSiriusWhereHipparcosHasIt) {
  // HIP 32349: 101.287155, -16.716116 at J2000, proper motion -546, -1223 mas/yr, V = -1.44.
  const auto stars =
      bright_stars(SkyPosition::from_degrees(101.2872, -16.7161), Angle::from_arcsec(30));
  const auto sirius = std::min_element(
      stars.begin(), stars.end(),
      [](const Star& a, const Star& b) { return a.magnitude[1] < b.magnitude[1]; });
  ASSERT_NE(sirius, stars.end());
  EXPECT_NEAR(sirius->ra, 101.287155, 1e-4);
  EXPECT_NEAR(sirius->dec, -16.716116, 1e-4);
  EXPECT_NEAR(sirius->pm_ra, -546.0, 1.0);
  EXPECT_NEAR(sirius->pm_dec, -1223.0, 1.0);
  EXPECT_NEAR(sirius->magnitude[1], -1.5, 0.2);
  EXPECT_EQ(bright_star_count(), 125982U);
}

TEST(Galactic, PoleAndCentreAreWhereTheyAre) {
  EXPECT_NEAR(galactic(SkyPosition::from_degrees(192.85948, 27.12825)).latitude, 90.0, 1e-3);
  const Galactic centre = galactic(SkyPosition::from_degrees(266.40510, -28.936175));
  EXPECT_NEAR(centre.latitude, 0.0, 1e-3);
  EXPECT_NEAR(std::remainder(centre.longitude, 360.0), 0.0, 1e-3);
}

TEST(StarCounts, AgreeWithPublishedCountsAtHighLatitude) {
  // Bahcall & Soneira (1980, ApJS 44, 73), north galactic pole, rounded: brighter than V = 18, 20,
  // 22 about 740, 1,500, 3,000 a square degree; r is 0.3 brighter than V. Their model has no thick
  // disc: agreement within a factor of two is what two such models owe each other.
  const SkyPosition pole = SkyPosition::from_degrees(192.86, 27.13);
  const auto brighter = [&](double r) {
    const StarCounts counts(pole, 27.0);
    RandomStream random = RandomStream::for_unit(1, {}, "test");
    int found = 0;
    for (int i = 0; i < 40000; ++i) {
      const double m = counts.draw(random).magnitude[2];
      found += m < r && m > 9.0 ? 1 : 0;
    }
    return counts.per_square_degree() * found / 40000.0;
  };
  EXPECT_NEAR(std::log10(brighter(17.7) / 740.0), 0.0, 0.30);
  EXPECT_NEAR(std::log10(brighter(19.7) / 1500.0), 0.0, 0.30);
  EXPECT_NEAR(std::log10(brighter(21.7) / 3000.0), 0.0, 0.30);
}

TEST(Galaxies, CountsFollowTheScienceBook) {
  EXPECT_NEAR(galaxies_per_square_degree(25.0) / 3600.0, 46.0, 1e-9);
  RandomStream random = RandomStream::for_unit(3, {}, "galaxies");
  int brighter = 0;
  for (int i = 0; i < 100000; ++i)
    brighter += draw_galaxy(random, 26.5).magnitude[3] < 25.0 ? 1 : 0;
  const double fraction = std::pow(10.0, -0.31 * 1.5);
  EXPECT_NEAR(brighter / 1e5, fraction, 5.0 * std::sqrt(fraction / 1e5));
}

TEST(Galaxies, LightIsPlacedWithHalfOfItInTheHalfLightRadius) {
  RandomStream random = RandomStream::for_unit(4, {}, "light");
  for (const double bulge : {0.0, 1.0}) {
    Galaxy g;
    g.radius = g.bulge_radius = 2.0;
    g.bulge_fraction = bulge;
    g.axis_ratio = 0.5;
    g.position_angle = 30.0;
    const double s = std::sin(M_PI / 6.0);
    const double c = std::cos(M_PI / 6.0);
    int inside = 0;
    for (int i = 0; i < 20000; ++i) {
      const Offset at = place_in_light(g, random);
      const double major = at.east * s + at.north * c;
      const double minor = at.east * c - at.north * s;
      inside += std::hypot(major, minor / 0.5) < 2.0 ? 1 : 0;
    }
    EXPECT_NEAR(inside / 20000.0, 0.5, 5.0 * 0.5 / std::sqrt(20000.0));
  }
}

TEST(Supernovae, DistanceModulusOfRedshiftOneHalf) {
  // Flat universe of H0 = 70, matter 0.3: luminosity distance 2832.9 Mpc (astropy's FlatLambdaCDM).
  EXPECT_NEAR(distance_modulus(0.5), 5.0 * std::log10(2832.9) + 25.0, 1e-3);
}

TEST(Supernovae, NearbyPeakIsAboutItsAbsoluteMagnitude) {
  const auto peak = supernova_magnitudes(0.02, 0.0);
  EXPECT_NEAR(peak[1] - distance_modulus(0.02), -19.25, 0.25);
  EXPECT_GT(supernova_magnitudes(0.02, 15.0)[1] - peak[1], 0.7);
  EXPECT_TRUE(std::isnan(supernova_magnitudes(0.02, -19.0)[1]));
}

TEST(Variability, NucleiWalkByAFewTenthsOfAMagnitude) {
  double sum = 0.0;
  constexpr int kObjects = 400;
  for (int i = 0; i < kObjects; ++i) {
    const auto random = RandomStream::for_unit(5, {i}, "nucleus");
    const double change =
        nucleus_variation(random, 65000.0)[2] - nucleus_variation(random, 61000.0)[2];
    sum += change * change;
  }
  // SF_inf = 0.2 mag and the spread of its logarithm, 0.3; 5 standard errors.
  EXPECT_NEAR(std::sqrt(sum / kObjects), 0.22, 0.05);
}

TEST(SkyModel, OverlappingRegionsHoldTheSameObjects) {
  const SkyModel sky(SkyConfig{});
  const auto t = time::Tai::from_mjd(60800.0);
  const SkyObjects wide = sky.objects(cone(150.0, 2.0, 0.08), t, r_band());
  const SkyObjects narrow = sky.objects(cone(150.03, 2.01, 0.03), t, r_band());
  std::map<std::int64_t, std::size_t> by_id;
  for (std::size_t i = 0; i < wide.size(); ++i) by_id[wide.id[i]] = i;
  EXPECT_EQ(by_id.size(), wide.size()) << "ids are unique";
  ASSERT_GT(narrow.size(), 300U);
  std::size_t shared = 0;
  for (std::size_t i = 0; i < narrow.size(); ++i) {
    if (narrow.kind[i] == ObjectKind::supernova || narrow.kind[i] == ObjectKind::moving_object)
      continue;  // they may lie beyond the cone that holds their host or cell
    const auto found = by_id.find(narrow.id[i]);
    ASSERT_NE(found, by_id.end());
    EXPECT_EQ(narrow.ra[i], wide.ra[found->second]);
    EXPECT_EQ(narrow.flux[i], wide.flux[found->second]);
    ++shared;
  }
  EXPECT_GT(shared, 300U);
}

TEST(SkyModel, QuietSkyHasNothingThatChanges) {
  SkyConfig config;
  config.transients.supernova_rate = 1e6;
  config.transients.variable_star_fraction = 0.5;
  const SkyModel sky(config);
  const auto c = cone(150.0, 2.0, 0.05);
  const auto then = sky.objects(c, time::Tai::from_mjd(60800.0), r_band(), SkyContent::quiet);
  const auto later = sky.objects(c, time::Tai::from_mjd(60800.3), r_band(), SkyContent::quiet);
  EXPECT_EQ(then.flux, later.flux);
  EXPECT_EQ(then.flux, then.quiet_flux);
  const auto busy = sky.objects(c, time::Tai::from_mjd(60800.0), r_band());
  EXPECT_GT(std::count(busy.kind.begin(), busy.kind.end(), ObjectKind::supernova), 100);
}

TEST(SkyModel, ReferenceCatalogScattersByItsErrors) {
  const SkyModel sky(SkyConfig{});
  const auto c = cone(150.0, 2.0, 0.3);
  const table::Table t = sky.reference_catalog(c, 14.0, 20.7);
  ASSERT_GT(t.rows(), 200U);
  std::map<std::int64_t, Star> truth;
  for (const Star& s : sky.stars(c)) truth[s.id] = s;
  double chi2 = 0.0;
  const auto id = t.wholes("id");
  const auto flux = t.numbers("r_flux");
  const auto error = t.numbers("r_fluxErr");
  for (std::size_t i = 0; i < t.rows(); ++i) {
    const double true_flux = flux_njy(truth.at(id[i]).magnitude[2]);
    chi2 += std::pow((flux[i] - true_flux) / error[i], 2.0);
  }
  const double n = static_cast<double>(t.rows());
  EXPECT_NEAR(chi2 / n, 1.0, 5.0 * std::sqrt(2.0 / n));
}

/// Moving objects by id.
std::map<std::int64_t, std::size_t> moving(const SkyObjects& objects) {
  std::map<std::int64_t, std::size_t> out;
  for (std::size_t i = 0; i < objects.size(); ++i)
    if (objects.kind[i] == ObjectKind::moving_object) out[objects.id[i]] = i;
  return out;
}

TEST(MainBelt, BodiesMoveAtTheRatesTheyTell) {
  SkyConfig config;
  config.transients.asteroid_density = 20.0;
  config.galaxy_density = config.star_density = 0.0;
  const SkyModel sky(config);
  // Near opposition on the ecliptic: MJD 60796 is early May, the Sun at 44 degrees.
  const auto c = cone(224.0, -16.9, 0.3);
  const SkyObjects first = sky.objects(c, time::Tai::from_mjd(60796.10), r_band());
  const SkyObjects later = sky.objects(c, time::Tai::from_mjd(60796.12), r_band());
  const auto a = moving(first);
  const auto b = moving(later);
  // 210 brighter than R = 23 on the ecliptic; 1,058 to V = 26, times 20, in 0.283 deg2.
  EXPECT_GT(a.size(), 3000U);
  EXPECT_LT(a.size(), 12000U);
  std::size_t common = 0;
  double retrograde = 0.0;
  for (const auto& [id, i] : a) {
    const auto j = b.find(id);
    if (j == b.end()) continue;
    ++common;
    const double seconds = 0.02 * 86400.0;
    const double cosine = std::cos(first.dec[i] * M_PI / 180.0);
    const double moved_ra = (later.ra[j->second] - first.ra[i]) * 3600.0 * cosine;
    const double moved_dec = (later.dec[j->second] - first.dec[i]) * 3600.0;
    // The Earth's turning bends the path by under an arcsecond in half an hour.
    EXPECT_NEAR(moved_ra, static_cast<double>(first.rate_ra[i]) * seconds, 1.0);
    EXPECT_NEAR(moved_dec, static_cast<double>(first.rate_dec[i]) * seconds, 1.0);
    retrograde += first.rate_ra[i] < 0.0F ? 1.0 : 0.0;
  }
  EXPECT_GT(common, a.size() * 9 / 10);
  EXPECT_GT(retrograde / static_cast<double>(common), 0.97) << "at opposition the belt goes west";
}

TEST(SkyModel, BodiesOfAnOrbitFileStandWhereTheirOrbitsPutThem) {
  ephemeris::OrbitCatalog orbits;
  const auto epoch = time::Tdb::from_mjd(60800.0);
  orbits.append(
      "one",
      ephemeris::orbit_from_keplerian(2.5, 0.1, Angle::from_degrees(5), Angle::from_degrees(80),
                                      Angle::from_degrees(10), Angle::from_degrees(130), epoch),
      15.0, 0.15);
  const auto t = time::Tai::from_mjd(60800.1);
  const ephemeris::Observatory site{Angle::from_degrees(-30.244628), Angle::from_degrees(-70.74941),
                                    2650.0};
  const ephemeris::ObservedSky observed(site, time::to_utc(t));
  const std::size_t which[] = {0};
  const auto body = ephemeris::seen_bodies(orbits, which, observed.observer(), observed.tdb())[0];
  SkyConfig config;
  config.galaxy_density = config.star_density = config.transients.asteroid_density = 0.0;
  config.bright_stars = false;
  const SkyModel sky(config, orbits, site);
  const SkyObjects found = sky.objects({body.position, Angle::from_arcsec(60)}, t, r_band());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.kind[0], ObjectKind::moving_object);
  EXPECT_NEAR(found.dec[0], body.position.dec.degrees(), 1e-9);
  // r of a C type is 0.18 brighter than V.
  EXPECT_NEAR(ab_magnitude(static_cast<double>(found.flux[0])), body.magnitude - 0.18, 1e-3);
}

}  // namespace
}  // namespace skywright::sky
