/// Visits, detections, objects and forced photometry of prompt processing, in one SQLite file.
///
///     PromptDatabase db("prompt.sqlite", sql::Access::create);
///     PromptRegion near = db.load(cone, midpoint);
///     ... associate ...
///     auto change = db.change();
///     db.store(visit);
///     change.commit();
///
/// Rows are tables under the names of prompt_schema.h. One writer at a time; readers go on.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "skywright/database/prompt_schema.h"
#include "skywright/sphere/region.h"
#include "skywright/sql/database.h"
#include "skywright/table/table.h"

namespace skywright::database {

/// What is known of a part of the sky.
struct PromptRegion {
  table::Table objects;  ///< DiaObject within the cone, by id
  table::Table sources;  ///< their DiaSources of the history's time, by object, time and id
  table::Table forced;   ///< their DiaForcedSources of that time, by object, time and id
};

/// What one visit adds. Each table may be empty; columns that are missing are NULL.
struct PromptVisit {
  const table::Table& visit;      ///< Visit: one row
  const table::Table& detectors;  ///< VisitDetector: one row a detector that was processed
  const table::Table& sources;    ///< DiaSource, of these detectors
  const table::Table& objects;    ///< DiaObject: those new or changed
};

class PromptDatabase {
 public:
  /// @throws as sql::Database; InputError for an SQLite file that is another kind of database
  PromptDatabase(const std::filesystem::path& path, sql::Access access);

  /// Begin a change: what follows is kept by `commit`, or undone at the end of scope.
  [[nodiscard]] sql::Transaction change() { return sql::Transaction(database_); }

  /// Whether this visit's detector was stored.
  [[nodiscard]] bool contains(std::int64_t visit, int detector) const;

  /// Objects within a cone, with their history from `history_days` before `time` until just before
  /// `time`.
  [[nodiscard]] PromptRegion load(const sphere::Cone& cone, double time,
                                  double history_days = 365.25) const;

  /// Insert a visit's rows, replacing those of the same keys. Call `forget` first where the visit
  /// may have been stored before. Within a change.
  void store(const PromptVisit& rows);
  void store_forced(const table::Table& rows);   ///< DiaForcedSource
  void store_objects(const table::Table& rows);  ///< DiaObject
  /// Sources of known bodies, and what is new of these bodies; how often and when each was seen is
  /// counted anew. Within a change.
  /// @param sources SSSource
  /// @param bodies SSObject: ssObjectId, designation and what does not follow from the sources
  void store_known_bodies(const table::Table& sources, const table::Table& bodies);

  /// Remove a visit's detector: its detections, its forced photometry, its mark of completion, and
  /// the objects that have no other detections. Within a change.
  /// @return ids of objects that lost a detection and still have others, ascending: their summaries
  ///         must be made anew from `sources_of`
  std::vector<std::int64_t> forget(std::int64_t visit, int detector);

  /// All DiaSources of some objects, by object, time and id.
  [[nodiscard]] table::Table sources_of(std::span<const std::int64_t> objects) const;
  /// A whole table, by its key.
  [[nodiscard]] table::Table rows(std::string_view table) const;
  [[nodiscard]] std::int64_t count(std::string_view table) const;

  [[nodiscard]] const sql::Database& database() const { return database_; }

 private:
  [[nodiscard]] table::Table of_objects(std::string_view table, std::span<const std::int64_t> ids,
                                        double begin, double end) const;
  void count_sightings(std::span<const std::int64_t> bodies);
  sql::Database database_;
};

}  // namespace skywright::database
