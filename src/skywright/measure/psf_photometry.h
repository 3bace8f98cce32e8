/// Fluxes of point sources by fits of the PSF.
#pragma once

#include <span>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/image/masked_image.h"
#include "skywright/psf/psf_model.h"

namespace skywright::measure {

struct PsfFlux {
  float flux = 0.0F;  ///< NaN where no pixel was usable
  float flux_err = 0.0F;
  float chi2 = 0.0F;    ///< of the fit over `ndata` pixels
  int ndata = 0;        ///< usable pixels of the stamp
  float usable = 0.0F;  ///< share of the PSF's power (sum p^2) on usable pixels: 1 if all are
};

struct PsfFluxOptions {
  image::MaskBits ignore = image::kUnusable;  ///< pixels left out
  double noise_factor = 1.0;  ///< error over that of independent pixels (correlated noise)
  float min_usable = 0.2F;    ///< below it the flux is NaN
};

/// Fluxes at given positions, nothing else fitted: sum p d / sum p^2 over usable pixels, a
/// weighting that no noise in the variance plane can bias; errors from the variance plane.
/// @param image background-subtracted (a difference image is)
std::vector<PsfFlux> forced_psf_flux(const image::MaskedImageView& image, const psf::PsfModel& psf,
                                     std::span<const image::PixelPosition> positions,
                                     const PsfFluxOptions& options = {},
                                     const Execution& execution = Execution());

/// Position and flux fitted together.
struct PsfPointFit {
  image::PixelPosition position;
  double x_err = 0.0;
  double y_err = 0.0;
  PsfFlux flux;
  bool converged = false;
};

/// Fit positions (started at `starts`, kept within `max_shift` pixels of them) and fluxes,
/// each source by itself, by Gauss-Newton steps with equal weights on usable pixels; errors from
/// the variance plane. Fluxes of either sign.
std::vector<PsfPointFit> fit_psf_points(const image::MaskedImageView& image,
                                        const psf::PsfModel& psf,
                                        std::span<const image::PixelPosition> starts,
                                        double max_shift, const PsfFluxOptions& options = {},
                                        const Execution& execution = Execution());

}  // namespace skywright::measure
