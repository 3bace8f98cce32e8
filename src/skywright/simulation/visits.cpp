#include "skywright/simulation/visits.h"

#include <cmath>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/ephemeris/observer.h"
#include "skywright/sql/database.h"

namespace skywright::simulation {

void check_visit(const std::string& file, std::int64_t visit, double mjd, double ra, double dec) {
  const auto refuse = [&](std::string_view reason) {
    throw InputError(fmt::format("{}, visit {}", file, visit), reason,
                     "give a database in the schema of rubin_sim: MJD and degrees");
  };
  // NaN fails each of these, too: SQL's NULL.
  if (!(mjd >= 0.0 && mjd <= 200000.0)) refuse(fmt::format("{} is no MJD", mjd));
  if (!(ra >= -360.0 && ra <= 720.0)) refuse(fmt::format("{} is no right ascension", ra));
  if (!(dec >= -90.0 && dec <= 90.0)) refuse(fmt::format("{} is no declination", dec));
}

std::size_t band_of_visit(const instrument::Instrument& instrument, const std::string& file,
                          std::int64_t visit, std::string_view name) {
  const std::string_view band = name.substr(0, name.find('_'));
  for (std::size_t b = 0; b < instrument.bands.size(); ++b)
    if (instrument.bands[b].name == band) return b;
  throw InputError(fmt::format("{}, visit {}", file, visit),
                   fmt::format("{} has no band \"{}\"", instrument.name, band),
                   "name the file's own instrument with --instrument");
}

double visit_airmass(const instrument::VisitInfo& visit, const instrument::Site& site) {
  const ephemeris::ObservedSky sky({site.latitude, site.longitude, site.height_m},
                                   time::to_utc(visit.middle()));
  const sphere::Angle altitude = sky.horizontal(visit.boresight).altitude;
  if (altitude.degrees() < 5.0)
    throw ConfigError(
        fmt::format("ra={:.4f} dec={:.4f} at MJD {:.5f}", visit.boresight.ra.degrees(),
                    visit.boresight.dec.degrees(), visit.start.mjd()),
        fmt::format("it stands at an altitude of {:.1f} degrees over {}", altitude.degrees(),
                    site.name),
        "choose a time or a place that is up (above 5 degrees)");
  return ephemeris::airmass(altitude);
}

PlannedVisit read_visit(const std::filesystem::path& path, std::int64_t visit,
                        const instrument::Instrument& instrument) {
  const sql::Database database(path);
  if (!database.has_table("observations"))
    throw InputError(path.string(), "it has no table `observations`",
                     "give a pointing database in the schema of rubin_sim");
  const table::Table row =
      database.query("SELECT * FROM observations WHERE observationId = ?", visit);
  if (row.rows() == 0)
    throw InputError(fmt::format("visit {} in {}", visit, path.string()), "there is no such visit",
                     fmt::format("ids go from {} to {}",
                                 database.whole("SELECT MIN(observationId) FROM observations"),
                                 database.whole("SELECT MAX(observationId) FROM observations")));
  const auto number = [&](const char* name) { return row.numbers(name).front(); };
  const auto maybe = [&](const char* name) {
    if (!row.contains(name)) return 0.0;
    const double value = number(name);
    return std::isfinite(value) ? value : 0.0;
  };
  PlannedVisit planned;
  instrument::VisitInfo& v = planned.visit;
  v.visit = visit;
  check_visit(path.string(), visit, number("observationStartMJD"), number("fieldRA"),
              number("fieldDec"));
  const char* band = row.contains("band") ? "band" : "filter";
  v.band = instrument
               .bands[band_of_visit(instrument, path.string(), visit,
                                    row.column<std::string>(band).front())]
               .name;
  v.start = time::Tai::from_mjd(number("observationStartMJD"));
  v.exposure_s = number("visitExposureTime");
  v.boresight = sphere::SkyPosition::from_degrees(number("fieldRA"), number("fieldDec"));
  v.rotation = sphere::Angle::from_degrees(number("rotSkyPos"));
  v.airmass = maybe("airmass") > 0.0 ? maybe("airmass") : visit_airmass(v, instrument.site);
  planned.seeing_arcsec = maybe("seeingFwhmEff");
  planned.depth_5sigma = maybe("fiveSigmaDepth");
  planned.sky_magnitude = maybe("skyBrightness");
  return planned;
}

}  // namespace skywright::simulation
