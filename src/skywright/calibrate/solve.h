/// The WCS and zero point of an exposure from its sources and a reference catalog.
#pragma once

#include <utility>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/base/fields.h"
#include "skywright/calibrate/astrometric_fit.h"
#include "skywright/calibrate/reference_catalog.h"
#include "skywright/calibrate/zero_point.h"
#include "skywright/measure/source_catalog.h"
#include "skywright/wcs/wcs.h"

namespace skywright::calibrate {

struct SolveConfig {
  double max_offset_arcsec = 30.0;  ///< of the pointing
  double max_rotation_deg = 1.0;
  double max_stretch = 0.01;     ///< relative error of the scale
  bool try_mirrored = false;     ///< also look for a mirror image
  int sip_order = 3;             ///< of the correction to the initial WCS
  double match_radius_px = 3.0;  ///< largest distance of a star from its place
  double clip = 4.0;             ///< [sigma]
  int min_matched = 5;
  double min_snr = 10.0;            ///< of sources that enter
  double photometry_snr = 20.0;     ///< of stars that enter the zero point
  double reference_err_mas = 10.0;  ///< where the catalog gives none
  double centroid_floor_px = 0.01;  ///< systematic part of a centroid's error
};
void describe(Fields& fields, SolveConfig& config);

struct Solution {
  explicit Solution(wcs::Wcs solved) : wcs(std::move(solved)) {}

  wcs::Wcs wcs;
  ZeroPoint zero_point;
  int sources = 0;     ///< that entered
  int references = 0;  ///< of the catalog on the image, by the solution
  int matched = 0;     ///< used in the fit
  int clipped = 0;
  int degree = 0;                 ///< of the correction to the initial WCS
  double rms_mas = 0.0;           ///< of the matches per coordinate
  double bright_rms_mas = 0.0;    ///< the same of sources with SNR > 50
  double expected_rms_mas = 0.0;  ///< from centroid and reference errors
  double chi2_reduced = 0.0;
  double offset_arcsec = 0.0;  ///< of the centre: how far the initial WCS was off
  double rotation_deg = 0.0;   ///< by which the initial WCS was turned, from x to y
  bool mirrored = false;
  std::vector<StarPair> pairs;  ///< source rows of `catalog`, rows of the reference catalog
};

/// Find which source is which star, fit a TAN-SIP and a zero point.
///
/// The zero point is that of the catalog's PSF fluxes (total flux of a star under the PSF model),
/// of unblended point sources without saturated, bad or hit pixels.
/// @param field the image's box
/// @throws InputError where the catalog does not cover the field, where sources are too few, and
///         where no map explains enough of them
Solution solve(const measure::SourceCatalog& catalog, const ReferenceCatalog& reference,
               const wcs::Wcs& initial, const image::Box& field, const SolveConfig& config,
               const Execution& execution);

}  // namespace skywright::calibrate
