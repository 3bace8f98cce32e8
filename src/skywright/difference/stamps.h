/// Small boxes around real sources, on which the matching kernel is fitted.
#pragma once

#include <vector>

#include "skywright/image/masked_image.h"

namespace skywright::difference {

struct StampRules {
  int half = 15;           ///< half side of a stamp [pixel]
  double peak_snr = 20.0;  ///< lowest peak [sigma of a pixel]
  int cells = 10;          ///< cells a side of the image
  int per_cell = 3;        ///< at most
};

/// A stamp's middle pixel and how its peak stands above the noise.
struct Stamp {
  int x = 0;
  int y = 0;
  double peak_snr = 0.0;
};

/// Local maxima of the sum of both images' significance, well inside, with a usable core: up to
/// `per_cell` the highest of each cell, no two nearer than half a stamp. In order of rows of cells.
std::vector<Stamp> choose_stamps(const image::MaskedImageView& science,
                                 const image::MaskedImageView& reference, const StampRules& rules);

}  // namespace skywright::difference
