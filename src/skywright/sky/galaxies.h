/// Galaxies of one cell of the sky: counts, sizes, shapes and colours from published distributions.
#pragma once

#include <cstdint>
#include <vector>

#include "skywright/base/random_stream.h"
#include "skywright/sky/bands.h"

namespace skywright::sky {

struct Galaxy {
  std::int64_t id = 0;
  double ra = 0.0, dec = 0.0;  ///< [deg]
  Magnitudes magnitude{};
  double redshift = 0.0;
  double radius = 0.0;        ///< half-light radius of the disc, major axis [arcsec]
  double bulge_radius = 0.0;  ///< [arcsec]
  double bulge_fraction = 0.0;
  double axis_ratio = 1.0;
  double position_angle = 0.0;  ///< [deg]
};

/// Galaxies brighter than `limit` in i [1/deg2]: 46 * 10^(0.31 (i - 25)) an arcmin2 (LSST Science
/// Book v2, sec. 3.7.2), and the steeper 10^(0.45 i) brighter than i = 22 (an assumption between
/// that and the 0.6 of bright galaxies, Yasuda et al. 2001, AJ 122, 1104).
double galaxies_per_square_degree(double limit_i);

/// A galaxy without id and place. Magnitudes from the counts; sizes log-normal about
/// 0.42 arcsec * 10^(-0.10 (i - 23)), scatter 0.2 dex (an assumption after COSMOS, Leauthaud et al.
/// 2007, ApJS 172, 219); redshifts by p(z) ~ z^2 exp(-z / z0), z0 = 0.0417 i - 0.744 (LSST Science
/// Book, sec. 3.8.1); one in five is red and bulge-dominated (assumed).
Galaxy draw_galaxy(RandomStream& random, double limit_i);

/// A place within a galaxy that follows its light: offset east and north [arcsec].
struct Offset {
  double east = 0.0, north = 0.0;
};
Offset place_in_light(const Galaxy& galaxy, RandomStream& random);

}  // namespace skywright::sky
