/// Where sources of an image stand in the sky, as columns of their catalog.
#pragma once

#include <span>

#include "skywright/table/table.h"
#include "skywright/wcs/wcs.h"

namespace skywright::pipelines {

/// Adds ra dec [deg, ICRS], raErr (times cos dec) decErr [deg] and ra_dec_Cov [deg2]: the pixel
/// errors through the WCS's local matrix, without the WCS's own error.
/// @param x,y,x_err,y_err one a row [pixel]; a NaN error gives NaN ones
void add_sky_columns(table::Table& table, const wcs::Wcs& wcs, std::span<const double> x,
                     std::span<const double> y, std::span<const float> x_err,
                     std::span<const float> y_err);

}  // namespace skywright::pipelines
