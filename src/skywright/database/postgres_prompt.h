/// The prompt database kept by a PostgreSQL server.
///
/// Detections and forced photometry are partitioned by time, kPartitionDays each, so that what is
/// old can be moved or dropped as a whole. What columns mean is kept by the server as their
/// comments, where the alerts' schema does not tell it. A lost connection is taken up again when
/// the next change begins.
#pragma once

#include "skywright/database/prompt_database.h"
#include "skywright/sql/postgres.h"

namespace skywright::database {

/// Days of observation in a partition of the sources.
inline constexpr int kPartitionDays = 30;

class PostgresPrompt final : public PromptDatabase {
 public:
  PostgresPrompt(const std::string& url, sql::Access access);

  [[nodiscard]] std::unique_ptr<PromptChange> change() override;
  [[nodiscard]] bool contains(std::int64_t visit, int detector) const override;
  std::vector<std::int64_t> forget(std::int64_t visit, int detector) override;
  [[nodiscard]] table::Table rows(std::string_view table) const override;
  [[nodiscard]] std::int64_t count(std::string_view table) const override;

 private:
  [[nodiscard]] table::Table objects_in(std::span<const sphere::PixelRange> ranges) const override;
  [[nodiscard]] table::Table of_objects(const TableSpec& table, std::span<const std::int64_t> ids,
                                        double begin, double end) const override;
  void write(const TableSpec& table, const table::Table& rows) override;
  void count_sightings(std::span<const std::int64_t> bodies) override;
  void create();
  void add_partitions(const TableSpec& table, const table::Table& rows);

  mutable sql::Postgres server_;  // a query changes the connection's state
};

}  // namespace skywright::database
