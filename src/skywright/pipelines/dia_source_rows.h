/// Difference sources as rows of the DiaSource table: ids, sky positions, nJy and arcsec.
#pragma once

#include "skywright/difference/dia_sources.h"
#include "skywright/instrument/visit_info.h"
#include "skywright/table/table.h"
#include "skywright/wcs/wcs.h"

namespace skywright::pipelines {

/// @param wcs         of the science image
/// @param zero_point  AB magnitude of 1 image unit
/// @return one row a source, in order; diaSourceId packed from visit, detector and row + 1;
///         diaObjectId 0 until associated
table::Table dia_source_rows(const difference::DiaSources& sources,
                             const instrument::VisitInfo& info, const wcs::Wcs& wcs,
                             double zero_point);

}  // namespace skywright::pipelines
