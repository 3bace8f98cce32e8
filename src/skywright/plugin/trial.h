/// Made input that any kernel can be tried on.
#pragma once

#include <vector>

#include "skywright/plugin/kernel.h"

namespace skywright::plugin {

/// Call the kernel once with `count` items of its kind and return its results: stars of growing
/// brightness (Gaussian, FWHM 3.5 pixels) on noise; places across a field of 1000 x 1000 pixels;
/// days from -20 to 100 in the six filters of the LSST, at redshift 0.1. An item is the same
/// whatever the count.
/// @param side of stamps and PSFs, odd [pixel]
/// @throws InputError as Kernel's functions do
std::vector<double> try_kernel(const Kernel& kernel, int side, int count);

}  // namespace skywright::plugin
