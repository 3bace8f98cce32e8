/// Measured sources as rows of the Source table: ids, sky positions and nJy.
#pragma once

#include "skywright/instrument/visit_info.h"
#include "skywright/measure/source_catalog.h"
#include "skywright/table/table.h"
#include "skywright/wcs/wcs.h"

namespace skywright::pipelines {

/// @param zero_point AB magnitude of 1 image unit
/// @return one row a source, in order; sourceId packed from visit, detector and row + 1
table::Table source_rows(const measure::SourceCatalog& sources, const instrument::VisitInfo& info,
                         const wcs::Wcs& wcs, double zero_point);

}  // namespace skywright::pipelines
