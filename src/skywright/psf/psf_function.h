/// A PSF that somebody else knows how to compute, as a model like any other.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "skywright/psf/psf_model.h"

namespace skywright::psf {

/// Images of a point source, centred on the middle pixel, at places of the field: all of one odd
/// side, finite, of any positive sum.
using PsfFunction = std::function<std::vector<Image<double>>(std::span<const PixelPosition>)>;

struct ApproximatedPsf {
  PsfModel model;
  double error = 0.0;  ///< largest sum of |model - function| over a PSF of unit sum
};

/// The model of the lowest degree that follows `function` over the field to within `tolerance`, or
/// of `degree` where none does. The function is asked once, for (degree + 2)^2 nodes of Chebyshev
/// and 25 places between them at which the error is found.
/// @param degree 0 to 9
/// @throws InputError where an image cannot be a PSF; what `function` throws
ApproximatedPsf approximate_psf(const PsfFunction& function, const Box& field, int degree,
                                double tolerance);

}  // namespace skywright::psf
