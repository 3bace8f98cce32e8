#include "skywright/simulation/visit_skies.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "skywright/base/error.h"
#include "skywright/ephemeris/horizon_frame.h"
#include "skywright/instrument/depth.h"
#include "skywright/simulation/visits.h"
#include "skywright/sky/night_sky.h"
#include "skywright/sql/database.h"

namespace skywright::simulation {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

struct Columns {
  std::vector<double> airmass, sun, moon, lit, distance, sky, depth;
};

}  // namespace

table::Table visit_skies(const std::filesystem::path& visits,
                         const instrument::Instrument& instrument, const Execution& execution) {
  const sql::Database database(visits);
  if (!database.has_table("observations"))
    throw InputError(visits.string(), "it has no table `observations`",
                     "give a pointing database in the schema of rubin_sim");
  const table::Table rows = database.query("SELECT * FROM observations");
  const auto start = rows.numbers("observationStartMJD");
  const auto exposure = rows.numbers("visitExposureTime");
  const auto ra = rows.numbers("fieldRA");
  const auto dec = rows.numbers("fieldDec");
  const auto names = rows.column<std::string>(rows.contains("band") ? "band" : "filter");
  const std::vector<double> seeing =
      rows.contains("seeingFwhmEff") ? rows.numbers("seeingFwhmEff") : std::vector<double>{};
  if (start.empty()) throw InputError(visits.string(), "it has no visits", "run the plan first");
  const std::vector<std::int64_t> ids = rows.wholes("observationId");
  for (std::size_t i = 0; i < start.size(); ++i)
    check_visit(visits.string(), ids[i], start[i], ra[i], dec[i]);
  const auto [first, last] = std::minmax_element(start.begin(), start.end());
  const instrument::Site& site = instrument.site;
  const ephemeris::HorizonFrame frame({site.latitude, site.longitude, site.height_m},
                                      time::Tai::from_mjd(*first),
                                      time::Tai::from_mjd(*last + 0.5));
  const sky::NightSky model(instrument.bands, site.height_m);
  Columns out;
  for (std::size_t i = 0; i < start.size(); ++i) {
    if (i % 4096 == 0) execution.check_stop();
    const std::size_t b = band_of_visit(instrument, visits.string(), ids[i], names[i]);
    const auto now = frame.at(time::Tai::from_mjd(start[i] + 0.5 * exposure[i] / 86400.0));
    const sky::NightSkyState state = sky::night_sky_state(now);
    const sky::SkyPoint point =
        sky::sky_point(now, sphere::unit_vector(sphere::SkyPosition::from_degrees(ra[i], dec[i])));
    const ephemeris::Horizontal place = ephemeris::horizontal(point.horizon);
    out.airmass.push_back(ephemeris::airmass(place.altitude));
    out.sun.push_back(ephemeris::horizontal(state.sun).altitude.degrees());
    out.moon.push_back(ephemeris::horizontal(state.moon).altitude.degrees());
    out.lit.push_back(state.moon_illumination);
    out.distance.push_back(sphere::separation(point.horizon, state.moon).degrees());
    out.sky.push_back(model.magnitude(b, point, state));
    const instrument::Band& band = instrument.bands[b];
    out.depth.push_back(seeing.empty() || band.depth_cm == 0.0
                            ? kNone
                            : instrument::five_sigma_depth(band, {.sky = out.sky.back(),
                                                                  .fwhm_eff = seeing[i],
                                                                  .exposure_s = exposure[i],
                                                                  .airmass = out.airmass.back()}));
  }
  table::Table table;
  table.add("observationId", "", "of the visit", ids);
  table.add("band", "", "filter", std::vector<std::string>(names.begin(), names.end()));
  table.add("airmass", "", "at the middle of the visit", std::move(out.airmass));
  table.add("sunAlt", "deg", "altitude of the Sun", std::move(out.sun));
  table.add("moonAlt", "deg", "altitude of the Moon", std::move(out.moon));
  table.add("moonIllumination", "", "lit part of the disc", std::move(out.lit));
  table.add("moonDistance", "deg", "from the field to the Moon", std::move(out.distance));
  table.add("skyBrightness", "mag(AB)/arcsec2", "by the model", std::move(out.sky));
  table.add("fiveSigmaDepth", "mag(AB)", "for that sky and the visit's seeing",
            std::move(out.depth));
  return table;
}

}  // namespace skywright::simulation
