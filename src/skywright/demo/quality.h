/// How well stars of the night were placed and measured, beside the truth.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "skywright/table/table.h"

namespace skywright::demo {

/// Bright stars of one exposure: true SNR above 100, not saturated, unblended.
struct StarQuality {
  std::int64_t visit = 0;
  int detector = 0;
  std::string band;
  int stars = 0;
  double astrometry_mas = 0.0;                        ///< rms of one coordinate about the truth
  double zero_point_mmag = 0.0;                       ///< median of measured minus true magnitude
  double scatter_mmag = 0.0;                          ///< of single stars about it (robust)
  std::vector<double> offset_ra_mas, offset_dec_mas;  ///< of each star
  std::vector<double> magnitude, magnitude_offset_mmag;
};

/// @param sources Source rows of the exposure (ra, dec, psfFlux in nJy, flags)
StarQuality star_quality(const table::Table& truth, const table::Table& sources);

/// Over all exposures: rms of one coordinate, and rms of the exposures' zero-point offsets.
struct NightQuality {
  double astrometry_mas = 0.0;
  double zero_point_mmag = 0.0;
};
NightQuality night_quality(const std::vector<StarQuality>& exposures);

}  // namespace skywright::demo
