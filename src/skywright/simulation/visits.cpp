#include "skywright/simulation/visits.h"

#include <cmath>

#include <fmt/format.h>

#include "skywright/base/error.h"
#include "skywright/ephemeris/observer.h"
#include "skywright/sql/database.h"

namespace skywright::simulation {

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
  const char* band = row.contains("band") ? "band" : "filter";
  v.band = row.column<std::string>(band).front();
  // "r_03" of newer databases is filter r.
  v.band = v.band.substr(0, v.band.find('_'));
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
