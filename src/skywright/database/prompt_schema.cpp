#include "skywright/database/prompt_schema.h"

#include <algorithm>
#include <deque>
#include <stdexcept>

#include "skywright/sql/database.h"

namespace skywright::database {
namespace {

constexpr auto kWhole = ColumnKind::whole;
constexpr auto kReal = ColumnKind::real;
constexpr auto kText = ColumnKind::text;

TableSpec visit_table() {
  return {"Visit",
          "visit",
          {{"visit", kWhole, "", "number of the visit"},
           {"physical_filter", kText, "", "filter as the camera names it"},
           {"band", kText, "", "band of the filter"},
           {"ra", kReal, "deg", "pointing, ICRS"},
           {"dec", kReal, "deg", "pointing, ICRS"},
           {"skyRotation", kReal, "deg", "position angle of the camera's y axis"},
           {"azimuth", kReal, "deg", "from north through east"},
           {"altitude", kReal, "deg", "above the horizon"},
           {"zenithDistance", kReal, "deg", "90 degrees less the altitude"},
           {"airmass", kReal, "", "in the middle of the exposure"},
           {"expTime", kReal, "s", "open-shutter time"},
           {"expMidptMJD", kReal, "d", "middle of the exposure, TAI"},
           {"obsStartMJD", kReal, "d", "begin of the exposure, TAI"}},
          {"expMidptMJD"}};
}

TableSpec visit_detector_table() {
  return {"VisitDetector",
          "visitId,detector",
          {{"visitId", kWhole, "", "number of the visit"},
           {"detector", kWhole, "", "number of the detector"},
           {"pixelScale", kReal, "arcsec/pixel", "side of a pixel on the sky"},
           {"zeroPoint", kReal, "mag", "AB magnitude of 1 image unit"},
           {"psfSigma", kReal, "pixel", "rms width of the PSF"},
           {"skyBg", kReal, "nJy", "median sky of a pixel"},
           {"skyNoise", kReal, "nJy", "rms of the sky in a pixel"},
           {"seeing", kReal, "arcsec", "FWHM of the PSF"},
           {"astromOffsetMean", kReal, "arcsec", "mean offset of matched reference stars"},
           {"astromOffsetStd", kReal, "arcsec", "scatter of matched reference stars"},
           {"nPsfStar", kWhole, "", "stars that the PSF model is made of"},
           {"magLim", kReal, "mag", "magnitude of a point source at 5 sigma"}},
          {}};
}

TableSpec dia_source_table() {
  TableSpec table{"DiaSource",
                  "diaSourceId",
                  {{"diaSourceId", kWhole},
                   {"visit", kWhole},
                   {"detector", kWhole},
                   {"diaObjectId", kWhole},
                   {"ssObjectId", kWhole},
                   {"parentDiaSourceId", kWhole},
                   {"midpointMjdTai", kReal, "d"},
                   {"band", kText},
                   {"ra", kReal, "deg"},
                   {"raErr", kReal, "deg"},
                   {"dec", kReal, "deg"},
                   {"decErr", kReal, "deg"},
                   {"ra_dec_Cov", kReal, "deg^2"},
                   {"x", kReal, "pixel"},
                   {"xErr", kReal, "pixel"},
                   {"y", kReal, "pixel"},
                   {"yErr", kReal, "pixel"}},
                  {"diaObjectId,midpointMjdTai", "visit,detector", kHealpixColumn}};
  for (const std::string_view flux : {"psfFlux", "psfFluxErr", "apFlux", "apFluxErr", "scienceFlux",
                                      "scienceFluxErr", "templateFlux", "templateFluxErr"})
    table.columns.push_back({flux, kReal, "nJy"});
  for (const std::string_view moment : {"ixx", "iyy", "ixy"})
    table.columns.push_back({moment, kReal, "arcsec^2"});
  table.columns.insert(table.columns.end(), {{"psfChi2", kReal},
                                             {"psfNdata", kWhole},
                                             {"snr", kReal},
                                             {"trailLength", kReal, "arcsec"},
                                             {"trailAngle", kReal, "deg"},
                                             {"dipoleLength", kReal, "arcsec"},
                                             {"extendedness", kReal},
                                             {"reliability", kReal},
                                             {"timeProcessedMjdTai", kReal, "d"}});
  for (const std::string_view flag :
       {"isNegative", "isDipole", "centroid_flag", "psfFlux_flag", "shape_flag", "pixelFlags_bad",
        "pixelFlags_cr", "pixelFlags_crCenter", "pixelFlags_edge", "pixelFlags_interpolated",
        "pixelFlags_interpolatedCenter", "pixelFlags_nodata", "pixelFlags_saturated",
        "pixelFlags_saturatedCenter", "pixelFlags_suspect"})
    table.columns.push_back({flag, kWhole});
  return table;
}

/// Texts that live as long as the program, for names that are put together.
std::string_view kept(std::string text) {
  static std::deque<std::string> texts;
  return texts.emplace_back(std::move(text));
}

TableSpec dia_object_table() {
  TableSpec table{"DiaObject",
                  "diaObjectId",
                  {{"diaObjectId", kWhole},
                   {"validityStartMjdTai", kReal, "d"},
                   {"ra", kReal, "deg"},
                   {"raErr", kReal, "deg"},
                   {"dec", kReal, "deg"},
                   {"decErr", kReal, "deg"},
                   {"firstDiaSourceMjdTai", kReal, "d"},
                   {"lastDiaSourceMjdTai", kReal, "d"},
                   {"nDiaSources", kWhole}},
                  {kHealpixColumn}};
  for (const std::string band : {"u", "g", "r", "i", "z", "y"}) {
    // PlainMean is ours: the unweighted mean that Sigma is about, kept so that a running update
    // has all that it needs.
    for (const char* value : {"Mean", "MeanErr", "Sigma", "Min", "Max", "ErrMean", "PlainMean"})
      table.columns.push_back({kept(band + "_psfFlux" + value), kReal, "nJy"});
    table.columns.push_back({kept(band + "_psfFluxNdata"), kWhole});
  }
  return table;
}

TableSpec dia_forced_source_table() {
  return {"DiaForcedSource",
          "diaForcedSourceId",
          {{"diaForcedSourceId", kWhole},
           {"diaObjectId", kWhole},
           {"ra", kReal, "deg"},
           {"dec", kReal, "deg"},
           {"visit", kWhole},
           {"detector", kWhole},
           {"psfFlux", kReal, "nJy"},
           {"psfFluxErr", kReal, "nJy"},
           {"midpointMjdTai", kReal, "d"},
           {"scienceFlux", kReal, "nJy"},
           {"scienceFluxErr", kReal, "nJy"},
           {"band", kText},
           {"timeProcessedMjdTai", kReal, "d"}},
          {"diaObjectId,midpointMjdTai", "visit,detector"}};
}

TableSpec ss_source_table() {
  TableSpec table{"SSSource",
                  "diaSourceId",
                  {{"diaSourceId", kWhole, "", "the source"},
                   {"ssObjectId", kWhole, "", "the known body that it is"},
                   {"designation", kText, "", "the body's primary designation"},
                   {"visit", kWhole, "", "number of the visit"},
                   {"detector", kWhole, "", "number of the detector"},
                   {"midpointMjdTai", kReal, "d", "middle of the exposure, TAI"},
                   {"eclLambda", kReal, "deg", "ecliptic longitude of the source"},
                   {"eclBeta", kReal, "deg", "ecliptic latitude of the source"},
                   {"elongation", kReal, "deg", "from the Sun, seen from here"},
                   {"phaseAngle", kReal, "deg", "Sun, body, observer"},
                   {"topoRange", kReal, "au", "from the observer"},
                   {"helioRange", kReal, "au", "from the Sun"},
                   {"ephRa", kReal, "deg", "predicted, ICRS"},
                   {"ephDec", kReal, "deg", "predicted, ICRS"},
                   {"ephVmag", kReal, "mag", "predicted, V"},
                   {"ephRate", kReal, "deg/d", "predicted rate on the sky"},
                   {"ephOffset", kReal, "arcsec", "of the source from the prediction"},
                   {"ambiguous", kWhole, "", "1 where another body or source would fit, too"}},
                  {"ssObjectId", "visit,detector"}};
  for (const std::string prefix : {"helio_", "topo_"})
    for (const std::string axis : {"x", "y", "z", "vx", "vy", "vz"})
      table.columns.push_back(
          {kept(prefix + axis), kReal, axis.size() == 1 ? "au" : "au/d",
           prefix == "helio_" ? "from the Sun, ICRS" : "from the observer, ICRS"});
  return table;
}

TableSpec ss_object_table() {
  return {"SSObject",
          "ssObjectId",
          {{"ssObjectId", kWhole, "", "id of the Solar System object"},
           {"designation", kText, "", "its name at the Minor Planet Center"},
           {"nObs", kWhole, "", "observations so far"},
           {"arc", kReal, "d", "time from the first to the last"},
           {"firstObservationMjdTai", kReal, "d", "instant of the first, TAI"},
           {"MOIDEarth", kReal, "au", "least distance of the orbit from the Earth's"},
           {"tisserand_J", kReal, "", "Tisserand parameter with Jupiter"}},
          {}};
}

std::string_view sql_kind(ColumnKind kind) {
  if (kind == kWhole) return "INTEGER";
  return kind == kReal ? "REAL" : "TEXT";
}

/// "a,b" as "\"a\",\"b\"".
std::string quoted_list(std::string_view names) {
  std::string out;
  for (const std::string_view name : listed_names(names))
    out += (out.empty() ? "" : ",") + sql::quoted_name(name);
  return out;
}

/// "visit INTEGER" with what the column means beside it, which SQLite keeps.
std::string declaration(const ColumnSpec& column) {
  std::string sql = sql::quoted_name(column.name) + " " + std::string(sql_kind(column.kind));
  if (column.description.empty()) return sql;
  sql += " /* " + std::string(column.description);
  if (!column.unit.empty()) sql += " [" + std::string(column.unit) + "]";
  return sql + " */";
}

}  // namespace

std::span<const TableSpec> prompt_tables() {
  static const std::vector<TableSpec> tables = {
      visit_table(),      visit_detector_table(),    dia_source_table(),
      dia_object_table(), dia_forced_source_table(), ss_source_table(),
      ss_object_table()};
  return tables;
}

const TableSpec& prompt_table(std::string_view name) {
  for (const TableSpec& table : prompt_tables())
    if (table.name == name) return table;
  throw std::logic_error("no prompt table " + std::string(name));
}

bool has_place(const TableSpec& table) {
  return table.name == "DiaSource" || table.name == "DiaObject";
}

std::vector<std::string_view> listed_names(std::string_view names) {
  std::vector<std::string_view> out;
  while (!names.empty()) {
    const std::size_t comma = std::min(names.find(','), names.size());
    out.push_back(names.substr(0, comma));
    names.remove_prefix(std::min(comma + 1, names.size()));
  }
  return out;
}

std::string creation_sql(const TableSpec& table) {
  const bool two_keys = table.key.find(',') != std::string_view::npos;
  std::string sql = "CREATE TABLE IF NOT EXISTS " + sql::quoted_name(table.name) + "(";
  for (const ColumnSpec& column : table.columns) {
    sql += declaration(column);
    sql += !two_keys && column.name == table.key ? " PRIMARY KEY, " : ", ";
  }
  if (has_place(table)) sql += sql::quoted_name(kHealpixColumn) + " INTEGER, ";
  if (two_keys)
    sql += "PRIMARY KEY(" + quoted_list(table.key) + ")";
  else
    sql.resize(sql.size() - 2);
  sql += two_keys ? ") WITHOUT ROWID;" : ");";
  for (std::size_t i = 0; i < table.indices.size(); ++i)
    sql += "CREATE INDEX IF NOT EXISTS " +
           sql::quoted_name(std::string(table.name) + "_by_" + std::to_string(i)) + " ON " +
           sql::quoted_name(table.name) + "(" + quoted_list(table.indices[i]) + ");";
  return sql;
}

std::string selection_sql(const TableSpec& table) {
  std::string sql = "SELECT ";
  for (const ColumnSpec& column : table.columns) {
    if (sql.size() > 7) sql += ", ";
    sql += sql::quoted_name(table.name) + "." + sql::quoted_name(column.name);
  }
  return sql + " FROM " + sql::quoted_name(table.name);
}

}  // namespace skywright::database
