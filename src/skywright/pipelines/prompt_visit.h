/// The end of a visit: its difference sources to objects, forced photometry, alerts, the database.
#pragma once

#include <vector>

#include "skywright/archive/archive.h"
#include "skywright/database/prompt_database.h"
#include "skywright/instrument/visit_info.h"
#include "skywright/pipelines/known_movers.h"
#include "skywright/pipelines/night_config.h"

namespace skywright::pipelines {

/// The published datasets of one detector that a visit's end reads.
struct DetectorProducts {
  instrument::VisitInfo info;
  archive::DatasetKey image;
  archive::DatasetKey sources;
  archive::DatasetKey difference;  ///< empty hash where there was no template
  archive::DatasetKey dia_sources;
  archive::DatasetKey stamps;
};

struct VisitEnd {
  std::vector<archive::DatasetRecord> alerts;  ///< one a detector
  std::size_t dia_sources = 0;
  std::size_t new_objects = 0;
  std::size_t forced_sources = 0;
  std::size_t known_movers = 0;  ///< sources that are known bodies
  bool was_done = false;         ///< the database and the alerts held this visit already
};

/// Before a night goes on: take out of the database what was stored with other products or settings
/// than these, so that visits that are done anew meet none of their own old objects, nor those that
/// only later visits had.
/// @param detectors of all visits, in any order
void forget_stale(const std::vector<DetectorProducts>& detectors, const archive::Archive& archive,
                  database::PromptDatabase& database, const NightConfig& config,
                  const KnownMovers* movers = nullptr);

/// Whether the alerts of these products are out and the database holds them.
bool is_alerted(const DetectorProducts& products, const archive::Archive& archive,
                const database::PromptDatabase& database, const NightConfig& config,
                const KnownMovers* movers = nullptr);

/// Associate all detectors of a visit together and store that in one change of the database,
/// measure known objects by forced photometry, and publish the alerts. Killed anywhere, the same
/// call ends in the same state: what the database holds of the visit is replaced, alerts come last.
/// @param detectors in order of detector
/// @param processed_mjd goes into timeProcessedMjdTai [MJD TAI]
/// @param movers  the survey's orbits, if it has any: sources that they predict are named
VisitEnd end_visit(const std::vector<DetectorProducts>& detectors, archive::Archive& archive,
                   database::PromptDatabase& database, const NightConfig& config,
                   double processed_mjd, const Execution& execution, KnownMovers* movers = nullptr);

}  // namespace skywright::pipelines
