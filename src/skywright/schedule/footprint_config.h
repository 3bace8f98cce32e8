/// Which parts of the sky a survey wants, and how much of each in which band: [footprint] of a
/// strategy.
///
/// A pixel belongs to the first region that claims it, in the order below. A weight is the number
/// of visits wanted relative to those of the wide survey in r. A region whose weights are all zero
/// claims nothing.
///
/// The defaults are the footprint of the LSST baseline of 2022 (v2.0): figures and order from
/// rubin_scheduler's `SkyAreaGenerator`, GPL-3.0, reasons from the Survey Cadence Optimization
/// Committee's reports PSTN-053 and PSTN-055.
#pragma once

#include <string>
#include <vector>

#include "skywright/base/fields.h"

namespace skywright::schedule {

/// Visits wanted in u g r i z y.
struct BandWeights {
  double u = 0.0, g = 0.0, r = 0.0, i = 0.0, z = 0.0, y = 0.0;
  [[nodiscard]] bool any() const { return u + g + r + i + z + y > 0.0; }
};

/// u and g shallower, for photometric redshifts and as LPM-17 distributes 825 visits: 56 80 184 184
/// 160 160; the baseline's optimum moved g to 0.4.
inline constexpr BandWeights kWideWeights{0.32, 0.4, 1.0, 1.0, 0.9, 0.9};

/// A disc of the sky.
struct CircleRegion {
  std::string name;
  double ra_deg = 0.0;
  double dec_deg = 0.0;
  double radius_deg = 5.0;
  BandWeights weights = kWideWeights;
};

/// Both Magellanic Clouds and the strip between them, as the wide survey.
struct MagellanicRegion {
  double lmc_ra_deg = 80.893860;
  double lmc_dec_deg = -69.756126;
  double lmc_radius_deg = 8.0;
  double smc_ra_deg = 13.186588;
  double smc_dec_deg = -72.828599;
  double smc_radius_deg = 5.0;
  BandWeights weights = kWideWeights;
};

/// The wide survey: where dust is thin enough for galaxies.
struct WideRegion {
  double reddening_limit = 0.199;  ///< E(B-V) [mag] above which a place counts as dusty
  double smoothing_deg = 10.0;     ///< FWHM over which clear and dusty places are averaged ...
  double clear_share = 0.45;       ///< ... and the clear share above which the region extends
  double dec_min_deg = -70.0;
  double dec_max_deg = 15.0;  ///< airmass 1.4 at best from Cerro Pachon
  /// In the southern galactic cap the northern limit is this much lower, so that both caps, which
  /// are seen at opposite times of the year, ask for like amounts of time.
  double south_cap_lower_deg = 12.0;
  BandWeights weights = kWideWeights;
};

/// Bulge and inner plane: a diamond on the galactic centre and, below the plane, a rectangle.
/// Crowded fields of microlensing and variable stars; u and y at a lower weight.
struct BulgeRegion {
  double longitude_from_deg = 335.0;
  double longitude_to_deg = 25.0;
  double centre_half_width_deg = 12.0;
  double end_half_width_deg = 4.0;
  double south_half_width_deg = 23.0;
  BandWeights weights{0.18, 1.0, 1.05, 1.05, 1.0, 0.23};
};

/// The ecliptic north of the wide survey, for moving objects: g r i z suffice to find them.
struct EclipticNorthRegion {
  double latitude_min_deg = -10.0;  ///< ecliptic; or declination above the following
  double latitude_max_deg = 10.0;
  double dec_min_deg = 0.0;
  double galactic_longitude_from_deg = 45.0;  ///< keeps off the inner plane
  double galactic_longitude_to_deg = 315.0;
  BandWeights weights{0.0, 0.28, 0.4, 0.4, 0.28, 0.0};
};

/// The dusty rest of the plane, at about a quarter of the wide survey's visits.
struct GalacticPlaneRegion {
  double dec_min_deg = -90.0;
  double dec_max_deg = 15.0;
  BandWeights weights{0.1, 0.28, 0.28, 0.28, 0.28, 0.1};
};

/// The cap about the southern celestial pole, reached only at high airmass.
struct SouthPoleRegion {
  double dec_max_deg = -60.0;
  BandWeights weights{0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
};

struct FootprintConfig {
  std::vector<CircleRegion> circles;  ///< before all others
  MagellanicRegion magellanic;
  WideRegion wide;
  /// The Virgo cluster, part of the baseline since v2.1 (rubin_scheduler: 186.75, 12.717, radius
  /// 8.75 degree); without weight here.
  CircleRegion virgo{"virgo", 186.75, 12.717, 8.75, {}};
  BulgeRegion bulge;
  EclipticNorthRegion ecliptic_north;
  GalacticPlaneRegion galactic_plane;
  SouthPoleRegion south_pole;
};

void describe(Fields& fields, BandWeights& value);
void describe(Fields& fields, CircleRegion& value);
void describe(Fields& fields, MagellanicRegion& value);
void describe(Fields& fields, WideRegion& value);
void describe(Fields& fields, BulgeRegion& value);
void describe(Fields& fields, EclipticNorthRegion& value);
void describe(Fields& fields, GalacticPlaneRegion& value);
void describe(Fields& fields, SouthPoleRegion& value);
void describe(Fields& fields, FootprintConfig& value);

/// @throws ConfigError for a footprint that wants nothing, or limits in the wrong order
void validate(const FootprintConfig& config);

}  // namespace skywright::schedule
