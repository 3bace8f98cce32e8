#include "skywright/pipelines/night_movers.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/io/atomic_file.h"
#include "skywright/io/table_files.h"
#include "skywright/pipelines/ades.h"
#include "skywright/pipelines/ingest.h"

namespace skywright::pipelines {
namespace fs = std::filesystem;
namespace {

using table::Table;

using RowsByNight = std::map<int, std::vector<std::size_t>>;

RowsByNight by_night(const Table& rows, sphere::Angle longitude) {
  RowsByNight out;
  if (rows.rows() == 0) return out;
  const auto times = rows.numbers("midpointMjdTai");
  for (std::size_t row = 0; row < times.size(); ++row)
    out[night_of(time::Tai::from_mjd(times[row]), longitude)].push_back(row);
  return out;
}

/// Sources that are no known body, brighter than the template, of objects that were seen once.
std::vector<std::size_t> to_link(const Table& sources, const Table& objects) {
  std::vector<std::size_t> out;
  if (sources.rows() == 0) return out;
  std::unordered_map<std::int64_t, std::int64_t> seen;
  if (objects.rows() > 0) {
    const auto ids = objects.wholes("diaObjectId"), times = objects.wholes("nDiaSources");
    for (std::size_t row = 0; row < ids.size(); ++row) seen[ids[row]] = times[row];
  }
  const auto object = sources.wholes("diaObjectId"), body = sources.wholes("ssObjectId");
  const auto negative = sources.wholes("isNegative");
  for (std::size_t row = 0; row < object.size(); ++row) {
    const auto it = seen.find(object[row]);
    const bool once = it == seen.end() || it->second <= 1;
    if (body[row] == 0 && negative[row] == 0 && once) out.push_back(row);
  }
  return out;
}

/// Columns that linking needs.
Table columns_for_linking(const Table& sources) {
  Table out;
  for (const char* name :
       {"diaSourceId", "diaObjectId", "visit", "detector", "band", "midpointMjdTai", "ra", "raErr",
        "dec", "decErr", "ra_dec_Cov", "psfFlux", "psfFluxErr", "snr", "reliability", "trailFlux",
        "trailLength", "trailAngle"}) {
    if (const table::Column* column = sources.find(name))
      out.add(column->name, column->unit, column->description, column->values);
  }
  return out;
}

std::string observatory_code(const SurveyConfig& config, const instrument::Instrument& instrument) {
  if (!config.night.movers.observatory_code.empty()) return config.night.movers.observatory_code;
  return instrument.name.starts_with("lsst") ? "X05" : "XXX";
}

std::vector<AdesObservation> observations(const Table& bodies, const Table& sources,
                                          const Table& visits,
                                          const instrument::Instrument& instrument) {
  std::unordered_map<std::int64_t, std::size_t> row_of;
  const auto source_ids = sources.wholes("diaSourceId");
  for (std::size_t row = 0; row < source_ids.size(); ++row) row_of[source_ids[row]] = row;
  std::unordered_map<std::int64_t, double> exposure;
  const auto visit_ids = visits.wholes("visit");
  const auto seconds = visits.numbers("expTime");
  for (std::size_t row = 0; row < visit_ids.size(); ++row) exposure[visit_ids[row]] = seconds[row];
  const auto ids = bodies.wholes("diaSourceId"), visit = bodies.wholes("visit");
  const auto times = bodies.numbers("midpointMjdTai");
  const auto names = bodies.column<std::string>("designation");
  const auto ra = sources.numbers("ra"), dec = sources.numbers("dec");
  const auto ra_err = sources.numbers("raErr"), dec_err = sources.numbers("decErr");
  const auto covariance = sources.numbers("ra_dec_Cov");
  const auto flux = sources.numbers("psfFlux"), flux_err = sources.numbers("psfFluxErr");
  const auto snr = sources.numbers("snr");
  const auto bands = sources.column<std::string>("band");
  std::vector<AdesObservation> out;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto it = row_of.find(ids[i]);
    if (it == row_of.end()) continue;
    const std::size_t row = it->second;
    out.push_back({.designation = names[i],
                   .time = time::to_utc(time::Tai::from_mjd(times[i])),
                   .ra = ra[row],
                   .dec = dec[row],
                   .ra_err = ra_err[row] * 3600.0,
                   .dec_err = dec_err[row] * 3600.0,
                   .correlation = covariance[row] / (ra_err[row] * dec_err[row]),
                   .magnitude = flux[row] > 0.0 ? 31.4 - 2.5 * std::log10(flux[row]) : std::nan(""),
                   .magnitude_err = 1.0857 * flux_err[row] / flux[row],
                   .band = ades_band(instrument.name, bands[row]),
                   .exposure_s = exposure[visit[i]],
                   .snr = snr[row]});
  }
  std::stable_sort(out.begin(), out.end(), [](const AdesObservation& a, const AdesObservation& b) {
    return a.designation != b.designation ? a.designation < b.designation
                                          : a.time.mjd() < b.time.mjd();
  });
  return out;
}

/// Takes away what an earlier state of the survey left: nights and files that are no longer made.
void remove_others(const fs::path& folder, const std::set<fs::path>& made) {
  std::error_code ignored;
  std::vector<fs::path> stale;
  for (const auto& entry : fs::recursive_directory_iterator(folder, ignored))
    if (entry.is_regular_file(ignored) && !made.contains(entry.path()))
      stale.push_back(entry.path());
  for (const fs::path& file : stale) fs::remove(file, ignored);
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    if (entry.is_directory(ignored) && fs::is_empty(entry.path(), ignored))
      fs::remove(entry.path(), ignored);
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw StorageError(folder.string(), error.message(), "free space or its permissions");
}

}  // namespace

void publish_night_movers(const fs::path& folder, const database::PromptDatabase& prompt,
                          const SurveyConfig& config, const instrument::Instrument& instrument) {
  const Table sources = prompt.rows("DiaSource");
  const Table visits = prompt.rows("Visit");
  const Table bodies = prompt.count("SSSource") > 0 ? prompt.rows("SSSource") : Table();
  const sphere::Angle longitude = instrument.site.longitude;
  const AdesContext context{observatory_code(config, instrument),
                            config.publisher.empty() ? config.name : config.publisher,
                            instrument.telescope.aperture_m, config.night.movers.star_catalog};
  std::set<fs::path> made;
  const auto file_of = [&](const std::string& name) {
    const fs::path file = folder / name;
    make_folder(file.parent_path());
    made.insert(file);
    return file;
  };
  for (const auto& [night, rows] : by_night(bodies, longitude)) {
    const Table of_night = bodies.selected(rows);
    io::write_parquet(file_of(fmt::format("{}/ss_source.parquet", night)), of_night);
    io::write_whole_file(file_of(fmt::format("{}/ades.psv", night)),
                         ades_psv(context, observations(of_night, sources, visits, instrument)));
  }
  const Table loose = sources.selected(to_link(sources, prompt.rows("DiaObject")));
  for (const auto& [night, rows] : by_night(loose, longitude))
    io::write_parquet(file_of(fmt::format("{}/unattributed.parquet", night)),
                      columns_for_linking(loose.selected(rows)));
  if (prompt.count("SSObject") > 0)
    io::write_parquet(file_of("ss_object.parquet"), prompt.rows("SSObject"));
  remove_others(folder, made);
}

}  // namespace skywright::pipelines
