#include "skywright/simulation/visit_rows.h"

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/simulation/visits.h"

namespace skywright::simulation {
namespace {

/// Name and type of each column; rubin_scheduler's output schema.
constexpr std::string_view kColumns =
    "observationId INTEGER PRIMARY KEY, night INTEGER, observationStartMJD REAL, "
    "observationStartLST REAL, numExposures INTEGER, visitTime REAL, visitExposureTime REAL, "
    "fieldRA REAL, fieldDec REAL, altitude REAL, azimuth REAL, band TEXT, filter TEXT, "
    "airmass REAL, skyBrightness REAL, cloud REAL, seeingFwhm500 REAL, seeingFwhmGeom REAL, "
    "seeingFwhmEff REAL, fiveSigmaDepth REAL, slewTime REAL, slewDistance REAL, paraAngle REAL, "
    "pseudoParaAngle REAL, rotTelPos REAL, rotSkyPos REAL, moonRA REAL, moonDec REAL, "
    "moonAlt REAL, moonAz REAL, moonDistance REAL, moonPhase REAL, sunAlt REAL, sunAz REAL, "
    "solarElong REAL, scheduler_note TEXT, target_name TEXT, science_program TEXT, "
    "observation_reason TEXT";
constexpr int kColumnCount = 39;

std::string insert_text() {
  std::string marks = "?";
  for (int i = 1; i < kColumnCount; ++i) marks += ",?";
  return fmt::format("INSERT INTO observations VALUES ({})", marks);
}

}  // namespace

void create_observations(sql::Database& database) {
  database.execute(fmt::format("CREATE TABLE IF NOT EXISTS observations ({})", kColumns));
}

VisitWriter::VisitWriter(sql::Database& database, const instrument::Instrument& instrument)
    : insert_(database.prepare(insert_text())) {
  for (const instrument::Band& band : instrument.bands) {
    bands_.push_back(band.name);
    filters_.push_back(band.physical_filter.empty() ? band.name : band.physical_filter);
  }
}

void VisitWriter::write(const schedule::Visit& v) {
  const auto band = static_cast<std::size_t>(v.band);
  insert_.run(v.id, v.night, v.start_mjd, v.start_lst, v.exposures, v.visit_time, v.exposure_time,
              v.ra, v.dec, v.altitude, v.azimuth, bands_[band], filters_[band], v.airmass,
              v.sky_brightness, v.cloud, v.seeing_500, v.seeing_geom, v.seeing_eff, v.depth,
              v.slew_time, v.slew_distance, v.parallactic, v.pseudo_parallactic, v.rot_tel_pos,
              v.rot_sky_pos, v.moon_ra, v.moon_dec, v.moon_altitude, v.moon_azimuth,
              v.moon_distance, v.moon_phase, v.sun_altitude, v.sun_azimuth, v.solar_elongation,
              v.note, v.target, v.program, v.reason);
}

std::vector<schedule::Visit> read_visits(const sql::Database& database,
                                         const instrument::Instrument& instrument,
                                         const schedule::StrategyConfig& strategy) {
  if (!database.has_table("observations"))
    throw InputError(database.name(), "it has no table `observations`",
                     "give a file that `skywright plan` wrote");
  // SQLite lets text stand in a column of numbers, and reads it as 0.
  constexpr std::string_view kNumbers =
      "SELECT COUNT(*) FROM observations WHERE typeof({0}) NOT IN ('real', 'integer', 'null')";
  for (const char* name : {"observationId", "night", "observationStartMJD", "fieldRA", "fieldDec",
                           "seeingFwhmEff", "fiveSigmaDepth"})
    if (database.whole(fmt::format(kNumbers, name)) != 0)
      throw InputError(fmt::format("{}, column {}", database.name(), name),
                       "some of its values are no numbers",
                       "give a file that `skywright plan` wrote");
  sql::Statement rows = database.prepare(
      "SELECT observationId, night, observationStartMJD, fieldRA, fieldDec, band, seeingFwhmEff, "
      "fiveSigmaDepth, target_name, scheduler_note FROM observations ORDER BY observationId");
  std::vector<schedule::Visit> visits;
  while (rows.step()) {
    schedule::Visit v;
    v.id = rows.whole(0);
    v.night = static_cast<int>(rows.whole(1));
    v.start_mjd = rows.real(2);
    v.ra = rows.real(3);
    v.dec = rows.real(4);
    check_visit(database.name(), v.id, v.start_mjd, v.ra, v.dec);
    v.band = static_cast<int>(band_of_visit(instrument, database.name(), v.id, rows.text(5)));
    v.seeing_eff = rows.real(6);
    v.depth = rows.real(7);
    v.target = rows.text(8);
    v.note = rows.text(9);
    v.balance = schedule::counts_for_footprint(strategy, v.note);
    visits.push_back(std::move(v));
  }
  return visits;
}

}  // namespace skywright::simulation
