#include "skywright/simulation/visit_rows.h"

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/simulation/visits.h"

namespace skywright::simulation {
namespace {

/// Name, type and meaning of each column; rubin_scheduler's output schema. SQLite keeps the words.
constexpr std::string_view kColumns =
    "observationId INTEGER PRIMARY KEY, /* number of the visit, from 0 */"
    " night INTEGER, /* night of the survey, from 1 */"
    " observationStartMJD REAL, /* begin of the visit, MJD TAI [d] */"
    " observationStartLST REAL, /* local sidereal time at the begin [deg] */"
    " numExposures INTEGER, /* exposures of the visit */"
    " visitTime REAL, /* from the shutter's first opening to the end of readout [s] */"
    " visitExposureTime REAL, /* open-shutter time [s] */"
    " fieldRA REAL, /* right ascension of the pointing, ICRS [deg] */"
    " fieldDec REAL, /* declination of the pointing, ICRS [deg] */"
    " altitude REAL, /* of the pointing, above the horizon [deg] */"
    " azimuth REAL, /* of the pointing, from north through east [deg] */"
    " band TEXT, /* band of the filter */"
    " filter TEXT, /* filter as the camera names it */"
    " airmass REAL, /* airmass of the pointing */"
    " skyBrightness REAL, /* of the sky at the pointing [AB mag/arcsec2] */"
    " cloud REAL, /* share of the sky under cloud, 0 to 1 */"
    " seeingFwhm500 REAL, /* seeing at 500 nm and the zenith [arcsec] */"
    " seeingFwhmGeom REAL, /* geometric FWHM of the PSF [arcsec] */"
    " seeingFwhmEff REAL, /* FWHM of the Gaussian PSF of equal noise area [arcsec] */"
    " fiveSigmaDepth REAL, /* magnitude of a point source at 5 sigma [AB mag] */"
    " slewTime REAL, /* from the visit before to this one [s] */"
    " slewDistance REAL, /* from the pointing before to this one [deg] */"
    " paraAngle REAL, /* parallactic angle, from the celestial pole of date [deg] */"
    " pseudoParaAngle REAL, /* parallactic angle, from the pole of ICRS [deg] */"
    " rotTelPos REAL, /* angle of the camera rotator [deg] */"
    " rotSkyPos REAL, /* angle of the image's up from north [deg] */"
    " moonRA REAL, /* right ascension of the Moon [deg] */"
    " moonDec REAL, /* declination of the Moon [deg] */"
    " moonAlt REAL, /* altitude of the Moon [deg] */"
    " moonAz REAL, /* azimuth of the Moon [deg] */"
    " moonDistance REAL, /* of the Moon from the pointing [deg] */"
    " moonPhase REAL, /* lit part of the Moon, 0 to 100 [percent] */"
    " sunAlt REAL, /* altitude of the Sun [deg] */"
    " sunAz REAL, /* azimuth of the Sun [deg] */"
    " solarElong REAL, /* of the pointing from the Sun [deg] */"
    " scheduler_note TEXT, /* survey that asked for the visit, and what of it */"
    " target_name TEXT, /* name of the field or target */"
    " science_program TEXT, /* program that the visit is for */"
    " observation_reason TEXT /* why it was made */";
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
