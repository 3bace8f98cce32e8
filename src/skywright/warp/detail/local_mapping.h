/// How the grids of a warp lie to each other in the middle of its output.
#pragma once

#include <array>

#include "skywright/wcs/wcs.h"

namespace skywright::warp::detail {

/// d(from)/d(to) in the middle of the output: xx xy yx yy [pixel/pixel]; the identity where the sky
/// there is not seen.
std::array<double, 4> local_mapping(const wcs::Wcs& from, const wcs::Wcs& to, int width,
                                    int height);

}  // namespace skywright::warp::detail
