/// A visit's difference sources into the prompt database: associated, stored whole, and handed back
/// with all that its alerts tell.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "skywright/associate/associate.h"
#include "skywright/database/prompt_database.h"
#include "skywright/sphere/region.h"
#include "skywright/table/table.h"

namespace skywright::pipelines {

/// What one visit saw, on one or more of its detectors. Give all detectors that are done at once:
/// an object is matched to one detection of a visit only among those given together.
struct VisitSources {
  table::Table visit;      ///< Visit: one row with visit, band, expMidptMJD
  table::Table detectors;  ///< VisitDetector: one row a detector (visitId, detector ...)
  table::Table sources;    ///< DiaSource: rows of these detectors, with diaSourceId, ra, dec ...
  /// The sky that these detectors saw, for forced photometry; empty: what the sources span.
  std::optional<sphere::Cone> footprint = {};
  table::Table known_sources = {};  ///< SSSource: which of `sources` are known bodies, and
  table::Table known_bodies = {};   ///< SSObject of these
};

struct AssociatedVisit {
  table::Table sources;  ///< as given, with diaObjectId filled
  table::Table objects;  ///< DiaObject: those that the sources name, this visit included
  table::Table history;  ///< DiaSource of earlier visits, of the objects in the footprint
  table::Table forced;   ///< DiaForcedSource of earlier visits, of the objects in the footprint
  table::Table targets;  ///< DiaObject rows in the footprint whose forced photometry is due
  std::size_t created = 0;
  std::size_t matched = 0;
};

struct AssociateVisitConfig {
  associate::AssociateConfig associate;
  double history_days = 365.25;  ///< of the history that is handed back
  double forced_days = 365.25;   ///< objects seen within so many days get forced photometry
};

/// Associate and store in one change. A visit's detector that was stored before is replaced: its
/// objects are made anew from their other detections, so that the result is as if it had been
/// stored once. Detections of a known Solar System object (ssObjectId not 0) make no object.
/// @throws InputError where columns are missing; StorageError, then nothing was changed
AssociatedVisit associate_visit(database::PromptDatabase& database, VisitSources visit,
                                const AssociateVisitConfig& config);

/// Take detectors of visits out of the database, in one change: objects that were seen elsewhere
/// too are made anew from what remains, others go.
/// @param detectors  pairs of visit and detector; those that are not stored are passed over
void forget_visits(database::PromptDatabase& database,
                   const std::vector<std::pair<std::int64_t, int>>& detectors,
                   const associate::AssociateConfig& config);

}  // namespace skywright::pipelines
