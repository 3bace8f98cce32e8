/// PSF fluxes at the places of known objects, seen or not in a visit: rows of DiaForcedSource.
#pragma once

#include <filesystem>

#include "skywright/base/execution.h"
#include "skywright/image/box.h"
#include "skywright/instrument/visit_info.h"
#include "skywright/table/table.h"
#include "skywright/wcs/wcs.h"

namespace skywright::pipelines {

/// One exposure's published files.
struct ForcedInputs {
  const instrument::VisitInfo& info;
  const wcs::Wcs& wcs;
  image::Box box;
  std::filesystem::path difference;  ///< an exposure file with PSF and zero point
  std::filesystem::path science;     ///< the same of the clean image
};

/// Measure every object of `targets` (DiaObject rows: diaObjectId, ra, dec) that lies on the
/// exposure.
/// @param processed_mjd goes into timeProcessedMjdTai
/// @return rows in the order of `targets`; none where no object lies on it
table::Table forced_source_rows(const ForcedInputs& inputs, const table::Table& targets,
                                double processed_mjd, const Execution& execution);

}  // namespace skywright::pipelines
