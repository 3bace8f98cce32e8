#include "skywright/pipelines/open_data.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "skywright/alerts/avro_schema.h"
#include "skywright/base/error.h"
#include "skywright/config/json_text.h"
#include "skywright/config/toml_config.h"
#include "skywright/database/prompt_database.h"
#include "skywright/io/atomic_file.h"
#include "skywright/io/table_files.h"
#include "skywright/pipelines/night_movers.h"

namespace skywright::pipelines {
namespace fs = std::filesystem;
namespace {

/// Sources of all clean images, by visit and detector.
table::Table all_sources(const archive::Archive& archive,
                         const std::vector<DetectorProducts>& products) {
  std::map<std::pair<std::int64_t, int>, archive::DatasetKey> sorted;
  for (const DetectorProducts& p : products) sorted[{p.info.visit, p.info.detector}] = p.sources;
  table::Table sources;
  for (const auto& [id, key] : sorted) sources.append(io::read_parquet(archive.path_of(key)));
  return sources;
}

/// Without addresses of servers: they change nothing in the rows, and are nobody else's business.
std::string published_settings(SurveyConfig config) {
  config.database.clear();
  config.alerts_to.clear();
  config.follow.events.clear();
  return config::to_toml(config);
}

/// Names all that the open products are made of: datasets, the database's content, settings.
std::string state_of(const std::vector<DetectorProducts>& products,
                     const database::PromptDatabase& prompt, const SurveyConfig& config,
                     const instrument::Instrument& instrument) {
  std::vector<std::string> parts;
  for (const DetectorProducts& p : products) {
    for (const archive::DatasetKey* key : {&p.image, &p.sources, &p.difference, &p.dia_sources})
      parts.push_back(key->hash);
  }
  std::sort(parts.begin(), parts.end());
  for (const char* table : {"DiaSource", "DiaObject", "DiaForcedSource", "SSSource"})
    parts.push_back(fmt::format("{}={}", table, prompt.count(table)));
  parts.push_back(published_settings(config));
  parts.push_back(instrument.name);
  return archive::text_checksum(fmt::format("{}", fmt::join(parts, "\n")));
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

/// Rows of the prompt database with the words that the alerts' schema has for their columns, which
/// go by the same names.
table::Table described(const table::Table& rows, std::string_view record) {
  const alerts::AvroSchema schema(alerts::alert_schema_json());
  std::map<std::string_view, std::string_view> words;
  for (const alerts::AvroField& field : schema.record(record).fields) words[field.name] = field.doc;
  table::Table out;
  for (const table::Column& column : rows.columns()) {
    // The one kind of column that alerts do not carry (see prompt_schema.cpp).
    const bool plain = column.name.ends_with("_psfFluxPlainMean");
    const std::string_view text =
        plain ? "Unweighted mean of psfFlux in this band [nJy]." : words[column.name];
    out.add(column.name, column.unit, text, column.values);
  }
  out.metadata = rows.metadata;
  return out;
}

constexpr std::string_view kReadme = R"(# {title}

Open data, licence {licence}. Every file here is a plain file: serve the survey's folder with any web
server, or open it where it lies.

- `obscore.parquet`: one row an image (IVOA ObsCore 1.1); `access_url` is a path below the survey's folder.
- `source/`, `dia_source/`, `dia_object/`, `dia_forced_source/`: catalogs, one Parquet file for each HEALPix pixel of
  order {order} (NESTED), as `Norder={order}/Npix=<pixel>.parquet`; rows are sorted by `_healpix_29`.
- `moving/<night>/`: known bodies of the Solar System (`ss_source.parquet`, `ades.psv` for the Minor Planet Center)
  and sources that may be new ones (`unattributed.parquet`).
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

void publish_open_data(archive::Archive& archive, const std::vector<DetectorProducts>& products,
                       const SurveyConfig& config, const instrument::Instrument& instrument,
                       const Execution& execution) {
  const fs::path catalog = archive.root() / "catalog";
  make_folder(catalog);
  const auto prompt_database = database::open_prompt_database(
      prompt_database_of(archive.root(), config), sql::Access::read_only);
  const database::PromptDatabase& prompt = *prompt_database;
  const fs::path complete = catalog / ".complete";
  const std::string state = state_of(products, prompt, config, instrument);
  if (fs::exists(complete) && io::read_whole_file(complete) == state) return;
  std::error_code ignored;
  fs::remove(complete, ignored);
  nlohmann::ordered_json collection;
  collection["title"] = config.name;
  collection["licence"] = config.licence;
  collection["instrument"] = config.instrument;
  collection["provenance"] = {
      {"program", "skywright"},
      {"settings", published_settings(config)},
      {"datasets", "the .json beside each file: key, checksum, step, inputs"}};
  const auto add = [&](const std::string& name, const table::Table& table) {
    execution.check_stop();
    const std::size_t rows = write_partitioned(table, catalog / name, kCatalogOrder);
    collection["tables"].push_back(description(name, table, rows));
  };
  add("source", all_sources(archive, products));
  add("dia_source", described(prompt.rows("DiaSource"), "diaSource"));
  add("dia_object", described(prompt.rows("DiaObject"), "diaObject"));
  add("dia_forced_source", described(prompt.rows("DiaForcedSource"), "diaForcedSource"));
  publish_night_movers(catalog / "moving", prompt, config, instrument);
  const table::Table images = obscore_rows(archive, products, config, instrument);
  io::write_parquet(catalog / "obscore.parquet", images);
  collection["tables"].push_back(description("obscore", images, images.rows()));
  io::write_whole_file(catalog / "collection.json", config::json_text(collection, 1) + "\n");
  io::write_whole_file(catalog / "README.md", fmt::format(kReadme, fmt::arg("title", config.name),
                                                          fmt::arg("licence", config.licence),
                                                          fmt::arg("order", kCatalogOrder)));
  io::write_whole_file(complete, state);
}

}  // namespace skywright::pipelines
