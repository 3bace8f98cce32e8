/// A WCS from sources matched to stars, as a smooth correction of the WCS that there was.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "skywright/calibrate/pattern_match.h"
#include "skywright/calibrate/reference_catalog.h"
#include "skywright/wcs/wcs.h"

namespace skywright::calibrate {

/// Sources as the fit sees them.
struct MeasuredPlaces {
  std::vector<PixelPosition> place;  ///< [pixel]
  std::vector<double> error;         ///< one axis [pixel]
};

struct StarPair {
  std::size_t source = 0;     ///< into MeasuredPlaces
  std::size_t reference = 0;  ///< into the ReferenceCatalog
  double dx = 0.0;            ///< measured less predicted [pixel]
  double dy = 0.0;
  double sigma = 0.0;  ///< expected scatter of each [pixel]
};

struct AstrometricFitConfig {
  int degree = 3;             ///< of the correction, where there are stars enough
  double match_radius = 3.0;  ///< first; shrinks with the scatter [pixel]
  double clip = 4.0;          ///< [sigma]
  int iterations = 8;
  double centroid_floor = 0.01;       ///< added to centroid errors in quadrature [pixel]
  double unknown_reference_err = 10;  ///< of reference stars without one [mas]
};

struct AstrometricFit {
  wcs::Wcs wcs;
  std::vector<StarPair> pairs;  ///< that stayed, by source
  int degree = 0;               ///< of the correction; 0: shift, rotation and scale alone
  int clipped = 0;
  double rms_mas = 0.0;       ///< per coordinate, over all pairs
  double expected_mas = 0.0;  ///< the same from centroid and reference errors
  double chi2_reduced = 0.0;
};

/// Fit the smooth map from measured pixels to those that `initial` predicts, and give the
/// composite as TAN-SIP. So the distortion of a predicted WCS stays where stars are too few to
/// measure one: the degree falls with their number (3 from 30 pairs, 2 from 18, 1 from 6).
/// @param start from predicted to measured places
/// @throws InputError where fewer than four pairs stay
AstrometricFit fit_astrometry(const MeasuredPlaces& sources, const ReferenceCatalog& reference,
                              const wcs::Wcs& initial, const AffineMap& start,
                              const image::Box& field, const AstrometricFitConfig& config);

}  // namespace skywright::calibrate
