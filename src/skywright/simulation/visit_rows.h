/// Planned visits as rows of SQLite: table `observations` in the columns that rubin_sim reads.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "skywright/instrument/instrument.h"
#include "skywright/schedule/strategy.h"
#include "skywright/schedule/visit.h"
#include "skywright/sql/database.h"

namespace skywright::simulation {

/// Make the table where it does not exist.
void create_observations(sql::Database& database);

/// Writes rows, in the order given; about 8 us each within a transaction.
class VisitWriter {
 public:
  /// @pre the table exists
  VisitWriter(sql::Database& database, const instrument::Instrument& instrument);
  void write(const schedule::Visit& visit);

 private:
  sql::Statement insert_;
  std::vector<std::string> bands_;
  std::vector<std::string> filters_;  ///< physical names
};

/// All visits of a file, by observationId: what warm start needs of them, bit for bit as written.
/// @param strategy  tells which count for the footprint
/// @throws InputError where table or column is missing, or a band is not the instrument's
std::vector<schedule::Visit> read_visits(const sql::Database& database,
                                         const instrument::Instrument& instrument,
                                         const schedule::StrategyConfig& strategy);

}  // namespace skywright::simulation
