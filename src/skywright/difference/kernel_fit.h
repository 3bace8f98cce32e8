/// The matching kernel and background that turn one image into another, by least squares on stamps.
#pragma once

#include <span>

#include "skywright/base/execution.h"
#include "skywright/difference/kernel_basis.h"
#include "skywright/difference/matching_kernel.h"
#include "skywright/difference/stamps.h"
#include "skywright/image/masked_image.h"
#include "skywright/math/polynomial.h"

namespace skywright::difference {

struct KernelFitRules {
  int stamp_half = 15;
  int spatial_degree = 2;     ///< lowered until there are 3 stamps a term
  int background_degree = 1;  ///< lowered likewise
  double reject_sigma = 3.0;
  int reject_iterations = 3;
  /// Error of the model as a part of a pixel's flux, so that the brightest stamps do not rule.
  double model_error = 0.01;
};

struct KernelFit {
  MatchingKernel kernel;
  math::ChebyshevSurface background;  ///< target minus kernel * source
  int stamps_used = 0;
  int stamps_rejected = 0;
  int spatial_degree = 0;
  double median_chi2 = 0.0;  ///< reduced, of the stamps used
};

/// Find K and b of least sum (target - K * source - b)^2 / (variances + model error^2).
/// The kernel's sum varies with degree 1 at most, the flux scale being smooth.
/// @throws InputError where no stamp is left
KernelFit fit_kernel(const image::MaskedImageView& target, const image::MaskedImageView& source,
                     const KernelBasis& basis, std::span<const Stamp> stamps,
                     const KernelFitRules& rules, const Execution& execution);

}  // namespace skywright::difference
