/// Deblends and measures every footprint, and orders the rows into a catalog.
#pragma once

#include <vector>

#include "skywright/base/execution.h"
#include "skywright/measure/source_kernel.h"
#include "skywright/measure/source_measurer.h"

namespace skywright::measure::detail {

struct Measured {
  SourceCatalog catalog;
  int blended_footprints = 0;
  int children = 0;
};

Measured measure_all(const MeasureInput& input, const std::vector<Footprint>& footprints,
                     image::ImageView<const float> significance, SourceKernels kernels,
                     const Execution& execution);

}  // namespace skywright::measure::detail
