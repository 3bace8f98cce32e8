/// Body of `skywright associate`: catalogs of difference sources into a prompt database.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "skywright/base/execution.h"
#include "skywright/pipelines/associate_visit.h"

namespace skywright::pipelines {

/// What a catalog without the columns visit, detector, midpointMjdTai or band is taken to be.
struct CatalogDefaults {
  std::optional<std::int64_t> visit;
  std::optional<std::int64_t> detector;
  std::optional<double> mjd;  ///< [MJD TAI], middle of the exposure
  std::string band;
};

struct AssociateReport {
  std::size_t visits = 0;
  std::size_t sources = 0;
  std::size_t matched = 0;
  std::size_t created = 0;
  std::int64_t objects = 0;  ///< in the database, after
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string json() const;
};

/// Visits go in order of time, each in a change of its own.
/// @throws InputError where a catalog lacks ra and dec, or what tells its visit
AssociateReport associate_files(const std::vector<std::filesystem::path>& catalogs,
                                const std::string& database, const CatalogDefaults& defaults,
                                const AssociateVisitConfig& config, const Execution& execution);

void describe(Fields& fields, AssociateVisitConfig& config);

}  // namespace skywright::pipelines
