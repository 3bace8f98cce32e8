#include "skywright/sky/galactic_dust.h"

#include <cmath>
#include <string>

#include <gtest/gtest.h>

#include "skywright/sphere/healpix.h"

namespace skywright::sky {
namespace {

sphere::Direction<sphere::Icrs> at(double ra, double dec) {
  return {sphere::unit_vector(sphere::SkyPosition::from_degrees(ra, dec))};
}

TEST(GalacticDust, HasThePublishedReddeningOfSurveyFields) {
  // Field means or values of the full-resolution map as published; ours averages 55 arcmin.
  struct Field {
    std::string name;
    double ra, dec, published, tolerance;
  };
  const Field fields[] = {
      // Capak et al. (2007), ApJS 172, 99: 0.0195 +- 0.006 over two square degrees.
      {"COSMOS", 150.12, 2.21, 0.0195, 0.006},
      // Giavalisco et al. (2004), ApJ 600, L93: 0.008 in GOODS South, 0.012 in GOODS North.
      {"GOODS South", 53.12, -27.80, 0.008, 0.002},
      {"GOODS North", 189.23, 62.24, 0.012, 0.003},
      // sfdmap's documentation: 0.0318 at (0, 0) with the scale of 0.86 taken off again.
      {"origin", 0.0, 0.0, 0.0318 / 0.86, 0.012},
  };
  for (const Field& f : fields)
    EXPECT_NEAR(galactic_reddening(at(f.ra, f.dec)), f.published, f.tolerance) << f.name;
}

TEST(GalacticDust, PolesAreClearAndThePlaneIsNot) {
  // Schlegel et al. (1998), section 6: mean of the caps 0.015 (north) and 0.018 (south).
  const auto to_galactic = sphere::icrs_to_galactic();
  const std::vector<float> map = galactic_reddening_map(5);
  double north = 0.0, south = 0.0, plane = 0.0;
  int n = 0, s = 0, p = 0;
  for (std::size_t i = 0; i < map.size(); ++i) {
    const double b = (to_galactic * sphere::Direction<sphere::Icrs>{sphere::healpix::centre(
                                        static_cast<std::int64_t>(i), 5)})
                         .latitude()
                         .degrees();
    ASSERT_GT(map[i], 0.0F);
    if (b > 80.0) north += map[i], ++n;
    if (b < -80.0) south += map[i], ++s;
    if (std::abs(b) < 2.0) plane += map[i], ++p;
  }
  EXPECT_NEAR(north / n, 0.015, 0.004);
  EXPECT_NEAR(south / s, 0.018, 0.004);
  EXPECT_GT(plane / p, 1.0);
}

}  // namespace
}  // namespace skywright::sky
