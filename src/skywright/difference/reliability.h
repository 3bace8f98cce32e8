/// How much a difference source looks like a point source that changed, in [0, 1].
///
/// A product of plain factors, none trained, each 1 for what a clean detection shows:
///   fit         reduced chi2 of the PSF fit, beyond what the PSF model's own error explains
///   shape       size against the PSF's: cosmic rays are smaller, bad matches larger
///   sign        pixels of the other sign under the PSF: dipoles and rings have them
///   model       flux against a part of the star or galaxy beneath: residuals of bright cores
///   defect      mask bits at the centre and around it
/// Reported to be ranked and cut by the user; a fitted classifier can take its place.
#pragma once

#include "skywright/base/fields.h"

namespace skywright::difference {

struct ReliabilityConfig {
  double psf_error = 0.03;    ///< error of the PSF model, part of a source's flux
  double match_error = 0.01;  ///< error of the matched reference, part of the flux beneath
};
void describe(Fields& fields, ReliabilityConfig& config);

/// What the factors look at; fluxes in one unit, errors one sigma.
struct ReliabilityFeatures {
  double reduced_chi2 = 1.0;
  double snr = 0.0;
  double size_ratio = 1.0;         ///< trace of moments over the PSF's; NaN where not measured
  double opposite_fraction = 0.0;  ///< pixels of the other sign among those beyond 2.5 sigma
  double flux = 0.0;
  double flux_err = 1.0;
  double flux_beneath = 0.0;  ///< of the reference within the PSF
  bool dipole = false;
  bool defect_center = false;
  bool defect_near = false;
};

/// From 0, an artefact, to 1, a point source.
double reliability(const ReliabilityFeatures& features, const ReliabilityConfig& config);

}  // namespace skywright::difference
