/// The prompt database in one SQLite file, in write-ahead mode.
#pragma once

#include <filesystem>

#include "skywright/database/prompt_database.h"

namespace skywright::database {

class SqlitePrompt final : public PromptDatabase {
 public:
  SqlitePrompt(const std::filesystem::path& path, sql::Access access);

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

  sql::Database database_;
};

}  // namespace skywright::database
