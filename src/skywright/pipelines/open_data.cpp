#include "skywright/pipelines/open_data.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "skywright/base/error.h"
#include "skywright/config/toml_config.h"
#include "skywright/database/prompt_database.h"
#include "skywright/io/atomic_file.h"
#include "skywright/io/table_files.h"

namespace skywright::pipelines {
namespace fs = std::filesystem;
namespace {

/// Sources of all clean images, by visit and detector; of a frame that was done anew, the last.
table::Table all_sources(const archive::Archive& archive) {
  std::map<std::pair<std::int64_t, int>, archive::DatasetRecord> last;
  for (archive::DatasetRecord& record : archive.list({.kind = "sources"}))
    last[{record.key.id.visit, record.key.id.detector}] = std::move(record);
  table::Table sources;
  for (const auto& [id, record] : last)
    sources.append(io::read_parquet(archive.root() / record.path));
  return sources;
}

nlohmann::ordered_json description(const std::string& name, const table::Table& table,
                                   std::size_t rows) {
  nlohmann::ordered_json json;
  json["name"] = name;
  json["rows"] = rows;
  for (const table::Column& column : table.columns()) {
    nlohmann::ordered_json c;
    c["name"] = column.name;
    if (!column.unit.empty()) c["unit"] = column.unit;
    if (!column.description.empty()) c["description"] = column.description;
    json["columns"].push_back(std::move(c));
  }
  return json;
}

constexpr std::string_view kReadme = R"(# {title}

Open data, licence {licence}. Every file here is a plain file: serve the survey's folder with any web
server, or open it where it lies.

- `obscore.parquet`: one row an image (IVOA ObsCore 1.1); `access_url` is a path below the survey's folder.
- `source/`, `dia_source/`, `dia_object/`, `dia_forced_source/`: catalogs, one Parquet file for each HEALPix pixel of
  order {order} (NESTED), as `Norder={order}/Npix=<pixel>.parquet`; rows are sorted by `_healpix_29`.
- `collection.json`: every table's columns with units and descriptions, row counts, provenance.

Fluxes are nJy, positions ICRS degrees, times MJD TAI.

    import pyarrow.dataset as ds
    ds.dataset("source", partitioning=None).to_table(columns=["ra", "dec", "psfFlux"]).to_pandas()
)";

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw StorageError(folder.string(), error.message(), "free space or its permissions");
}

}  // namespace

void publish_open_data(archive::Archive& archive, const SurveyConfig& config,
                       const instrument::Instrument& instrument, const Execution& execution) {
  const fs::path catalog = archive.root() / "catalog";
  make_folder(catalog);
  nlohmann::ordered_json collection;
  collection["title"] = config.name;
  collection["licence"] = config.licence;
  collection["instrument"] = config.instrument;
  collection["provenance"] = {
      {"program", "skywright"},
      {"settings", config::to_toml(config)},
      {"datasets", "the .json beside each file: key, checksum, step, inputs"}};
  const auto add = [&](const std::string& name, const table::Table& table) {
    execution.check_stop();
    const std::size_t rows =
        table.rows() == 0 ? 0 : write_partitioned(table, catalog / name, kCatalogOrder);
    collection["tables"].push_back(description(name, table, rows));
  };
  add("source", all_sources(archive));
  const database::PromptDatabase prompt(archive.root() / "prompt.sqlite", sql::Access::read_only);
  add("dia_source", prompt.rows("DiaSource"));
  add("dia_object", prompt.rows("DiaObject"));
  add("dia_forced_source", prompt.rows("DiaForcedSource"));
  const table::Table images = obscore_rows(archive, config, instrument);
  io::write_parquet(catalog / "obscore.parquet", images);
  collection["tables"].push_back(description("obscore", images, images.rows()));
  io::write_whole_file(catalog / "collection.json", collection.dump(1) + "\n");
  io::write_whole_file(catalog / "README.md", fmt::format(kReadme, fmt::arg("title", config.name),
                                                          fmt::arg("licence", config.licence),
                                                          fmt::arg("order", kCatalogOrder)));
}

}  // namespace skywright::pipelines
