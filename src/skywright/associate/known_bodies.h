/// Which detection of a visit is which known body of the Solar System.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "skywright/base/fields.h"

namespace skywright::associate {

/// Where a known body should be in the middle of the exposure.
struct PredictedBody {
  double ra = 0.0, dec = 0.0;  ///< [deg, ICRS]
  double rate = 0.0;           ///< on the sky [arcsec/s]
  double error = 0.0;          ///< of the orbit, one sigma [arcsec]; 0 where it is not known
  double magnitude = 0.0;      ///< V; NaN where it is not known
};

/// A detection that may be one.
struct BodyDetection {
  double ra = 0.0, dec = 0.0;  ///< [deg, ICRS]
  double error = 0.0;          ///< of either coordinate [arcsec]; 0 or NaN where it is not known
  double magnitude = 0.0;      ///< AB, in whatever band; NaN where it is not known
};

struct KnownBodyConfig {
  double radius_arcsec = 1.0;    ///< what orbits and astrometry may be wrong by
  double largest_arcsec = 10.0;  ///< tolerances never exceed it
  double sigmas = 3.0;           ///< of the errors of detection and orbit that are tolerated
  double trail_share = 0.2;      ///< of the path during the exposure by which the centre may be off
  double magnitude_range = 2.5;  ///< farthest that magnitudes lie apart [mag]
};
void describe(Fields& fields, KnownBodyConfig& config);

/// In place of a body.
constexpr std::size_t kNoBody = SIZE_MAX;

struct KnownBodyMatch {
  std::size_t body = kNoBody;
  double offset = 0.0;     ///< from the prediction [arcsec]; NaN without a body
  bool ambiguous = false;  ///< another body might be it, or another detection might be the body
};

/// One a detection, in the order given.
///
/// A pair may match within the tolerance T, the quadratic sum of `radius_arcsec`, the errors and
/// the share of the path. Of all one-to-one matchings the one with the largest sum of (T^2 - d^2) /
/// s^2 is taken, d the distance and s the errors; that of the lists decides equal sums alone.
/// @throws ConfigError if `config` is out of range
std::vector<KnownBodyMatch> match_known_bodies(const std::vector<BodyDetection>& detections,
                                               const std::vector<PredictedBody>& bodies,
                                               double exposure_s, const KnownBodyConfig& config);

}  // namespace skywright::associate
