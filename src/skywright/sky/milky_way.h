/// Faint stars from a smooth model of the Galaxy: thin disc, thick disc and halo.
///
/// Densities by Juric et al. (2008, ApJ 673, 864, table 10, bias corrected): discs of scale 2.6 and
/// 3.6 kpc by 0.3 and 0.9 kpc, 12 % thick locally, an oblate halo r^-2.77, 0.5 %; the Sun at 8 kpc,
/// 25 pc above the plane. Local luminosity function after Bochanski et al. (2010, AJ 139, 2679) and
/// Wielen et al. (1983). Not modelled: dust, giants, white dwarfs, the bulge; so counts hold for
/// galactic latitudes beyond about 15 degrees.
#pragma once

#include <vector>

#include "skywright/base/random_stream.h"
#include "skywright/sky/bright_stars.h"

namespace skywright::sky {

/// Expected stars of one direction, by population, absolute magnitude and distance.
class StarCounts {
 public:
  /// @param faint_limit_r stars fainter than this are left out, as are those brighter than the
  ///        table of bright stars reaches
  StarCounts(const sphere::SkyPosition& direction, double faint_limit_r);

  [[nodiscard]] double per_square_degree() const { return total_; }

  /// A star drawn from the counts, without a place: magnitudes and proper motion.
  [[nodiscard]] Star draw(RandomStream& random) const;

 private:
  struct Bin {
    double cumulative;  ///< [1/deg2] up to and including this bin
    double magnitude_low, distance_low, distance_high;
    int population;
  };
  std::vector<Bin> bins_;
  double total_ = 0.0;
  double faint_limit_r_;
};

/// Galactic longitude and latitude [deg] (IAU 1958 in ICRS, Hipparcos volume 1).
struct Galactic {
  double longitude = 0.0, latitude = 0.0;
};
Galactic galactic(const sphere::SkyPosition& position);

}  // namespace skywright::sky
