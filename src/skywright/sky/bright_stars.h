/// The real stars brighter than V = 9, a table that is part of the program (data/stars/README.md).
#pragma once

#include <cstdint>
#include <vector>

#include "skywright/sky/bands.h"
#include "skywright/sphere/direction.h"

namespace skywright::sky {

inline constexpr double kBrightStarLimit = 9.0;  ///< V to which the table is complete

struct Star {
  std::int64_t id = 0;
  double ra = 0.0, dec = 0.0;        ///< ICRS at J2000.0 [deg]
  double pm_ra = 0.0, pm_dec = 0.0;  ///< [mas/yr], pm_ra with cos(dec)
  Magnitudes magnitude{};
};

/// Stars of the table within `radius` of a place, by declination. ids are their rows.
std::vector<Star> bright_stars(const sphere::SkyPosition& centre, sphere::Angle radius);
/// How many the table holds.
std::size_t bright_star_count();

/// AB magnitudes of a star of this Johnson V and B-V: V to g and r by Jester et al. (2005, AJ 130,
/// 873, stars with R-I < 1.15), other bands along the stellar locus.
Magnitudes magnitudes_from_johnson(double v, double b_minus_v);
/// u-g, g-r, r-i, i-z, z-y along the main sequence, by g-r.
std::array<double, kBands - 1> locus_colours(double g_minus_r);

}  // namespace skywright::sky
