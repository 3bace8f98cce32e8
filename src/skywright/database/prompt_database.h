/// Visits, detections, objects and forced photometry of prompt processing.
///
///     auto db = open_prompt_database("prompt.sqlite", sql::Access::create);
///     PromptRegion near = db->load(cone, midpoint);
///     ... associate ...
///     auto change = db->change();
///     db->store(visit);
///     change->commit();
///
/// Kept in one SQLite file, or by a PostgreSQL server, under the same names: those of
/// prompt_schema.h. One writer at a time; readers go on. A PromptDatabase belongs to one thread at
/// a time.
#pragma once

#include <memory>
#include <span>
#include <string>
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

/// Changes that happen together or not at all: undone at the end of scope unless committed.
class PromptChange {
 public:
  virtual ~PromptChange() = default;
  virtual void commit() = 0;
};

class PromptDatabase {
 public:
  virtual ~PromptDatabase() = default;

  /// Begin a change. It keeps other writers waiting.
  [[nodiscard]] virtual std::unique_ptr<PromptChange> change() = 0;

  /// Whether this visit's detector was stored.
  [[nodiscard]] virtual bool contains(std::int64_t visit, int detector) const = 0;

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
  virtual std::vector<std::int64_t> forget(std::int64_t visit, int detector) = 0;

  /// All DiaSources of some objects, by object, time and id.
  [[nodiscard]] table::Table sources_of(std::span<const std::int64_t> objects) const;
  /// A whole table, by its key.
  [[nodiscard]] virtual table::Table rows(std::string_view table) const = 0;
  [[nodiscard]] virtual std::int64_t count(std::string_view table) const = 0;

 private:
  /// DiaObjects in ranges of `_healpix_29`, in any order.
  [[nodiscard]] virtual table::Table objects_in(
      std::span<const sphere::PixelRange> ranges) const = 0;
  /// Rows of a table that belong to objects, from `begin` until just before `end`, in the order of
  /// `ids`, then by time and key.
  [[nodiscard]] virtual table::Table of_objects(const TableSpec& table,
                                                std::span<const std::int64_t> ids, double begin,
                                                double end) const = 0;
  virtual void write(const TableSpec& table, const table::Table& rows) = 0;
  /// Make nObs, arc and firstObservationMjdTai of known bodies anew from their SSSources; remove
  /// the bodies that have none.
  virtual void count_sightings(std::span<const std::int64_t> bodies) = 0;
};

/// @param place a file, or a server's postgresql://USER@HOST:PORT/DATABASE
/// @throws as sql::Database or sql::Postgres; InputError for a database of another kind, or one
///         that another version of the program wrote
std::unique_ptr<PromptDatabase> open_prompt_database(const std::string& place, sql::Access access);

/// Raised when a table changes in a way that older rows do not fit.
inline constexpr std::int64_t kPromptSchemaVersion = 1;

}  // namespace skywright::database
