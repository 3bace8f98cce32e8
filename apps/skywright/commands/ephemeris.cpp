#include "commands/commands.h"
#include "skywright/io/atomic_file.h"
#include "skywright/io/table_files.h"
#include "skywright/pipelines/ephemeris_list.h"
#include "skywright/pipelines/read_raw.h"

namespace skywright::apps {
namespace {

std::optional<ephemeris::Observatory> site_of(const Arguments& args) {
  if (args.has("--latitude") || args.has("--longitude") || args.has("--height")) {
    if (args.has("--site") || !args.has("--latitude") || !args.has("--longitude"))
      throw ConfigError("no one place", "a place is --site, or --latitude and --longitude",
                        "give one of the two");
    return ephemeris::Observatory{sphere::Angle::from_degrees(args.declination("--latitude")),
                                  sphere::Angle::from_degrees(args.number("--longitude")),
                                  args.number_or("--height", 0.0)};
  }
  std::string name = args.text_or("--site", "geocentre");
  if (name == "geocentre" || name == "500") return {};
  if (name == "X05") name = "lsst";  // Rubin Observatory's code
  const auto site = pipelines::open_instrument(name).site;
  return ephemeris::Observatory{site.latitude, site.longitude, site.height_m};
}

pipelines::EphemerisRequest request_of(const Arguments& args) {
  pipelines::EphemerisRequest request{.orbits = args.text("orbits"),
                                      .site = site_of(args),
                                      .time = {},
                                      .field = {},
                                      .image = args.text_or("--image", ""),
                                      .faintest = args.number_or("--faintest", 99.0),
                                      .kernel = args.text_or("--ephemeris", "")};
  if (args.has("--mjd") && args.has("--date"))
    throw ConfigError("--mjd and --date", "are two times", "give one of them");
  if (args.has("--mjd")) request.time = time::Tai::from_mjd(args.mjd("--mjd"));
  if (args.has("--date")) request.time = time::to_tai(args.date("--date"));
  if (!request.time && request.image.empty())
    throw ConfigError("no time", "neither --mjd, --date nor --image is given", "give one of them");
  const bool field = args.has("--ra") || args.has("--dec") || args.has("--radius");
  if (field && !request.image.empty())
    throw ConfigError("--image", "has a field of its own", "leave out --ra, --dec and --radius");
  if (field) {
    if (!args.has("--ra") || !args.has("--dec") || !args.has("--radius"))
      throw ConfigError("no field", "a field is --ra, --dec and --radius", "give all three");
    const double radius = args.number("--radius");
    if (!(radius > 0.0 && radius <= 180.0))
      throw ConfigError("--radius=" + args.text("--radius"), "must be in (0, 180] degrees",
                        "leave out the field for the whole sky");
    request.field = sphere::Cone{sphere::unit_vector(sphere::SkyPosition::from_degrees(
                                     args.number("--ra"), args.declination("--dec"))),
                                 sphere::Angle::from_degrees(radius)};
  }
  return request;
}

Outcome run_ephemeris(const Arguments& args, const Session& session) {
  if (args.has("--out")) io::check_table_name(args.text("--out"));
  const pipelines::EphemerisRequest request = request_of(args);
  if (args.has("--regions") && !request.field && request.image.empty())
    throw ConfigError("--regions", "needs a field or an image",
                      "give --image, or --ra, --dec, --radius");
  const pipelines::EphemerisList list = pipelines::list_ephemeris(request, session.execution);
  if (args.has("--out")) io::write_table(args.text("--out"), list.bodies);
  if (args.has("--regions"))
    io::write_whole_file(args.text("--regions"), pipelines::ds9_regions(list.bodies));
  return {.text = pipelines::ephemeris_text(list), .json = pipelines::ephemeris_json(list)};
}

}  // namespace

Command ephemeris_command() {
  return {
      .name = "ephemeris",
      .summary = "known asteroids and comets: where they are, which are in a field or an image",
      .details =
          "Orbits as MPCORB lines or a table with a line of column names, plain or gzipped; lines\n"
          "that are no orbit are skipped and counted. Carried from their epoch with the pull of "
          "Sun,\n"
          "planets, Moon and Pluto (DE440, 2014-12 to 2045-01). Places are astrometric: ICRS, "
          "light\n"
          "time taken off, seen from the site, as those of an image's stars. Brightest first.\n\n"
          "  skywright ephemeris MPCORB.DAT.gz --image image.fits --site X05 --regions bodies.reg\n"
          "  skywright ephemeris MPCORB.DAT.gz --mjd 61420.1 --ra 110 --dec -20 --radius 1 \\\n"
          "      --site lsst --out bodies.parquet",
      .arguments = {{"orbits", "MPCORB.DAT, or another catalog of orbits; .gz is read, too"}},
      .options = {{"--mjd", "T", "MJD TAI"},
                  {"--date", "DATE", "the same as a date and time in UTC"},
                  {"--image", "FILE.fits", "its WCS tells the field, its header the time"},
                  {"--ra", "DEG", "middle of a field, ICRS"},
                  {"--dec", "DEG", "middle of a field, ICRS"},
                  {"--radius", "DEG", "of the field"},
                  {"--site", "NAME",
                   "lsst or X05, gmt, an instrument's TOML file, or geocentre (default)"},
                  {"--latitude", "DEG", "geodetic, north positive, instead of --site"},
                  {"--longitude", "DEG", "east positive"},
                  {"--height", "M", "above the ellipsoid (default 0)"},
                  {"--faintest", "V", "list none fainter"},
                  {"--ephemeris", "FILE.bsp", "an SPK kernel of JPL's, e.g. de440s.bsp"},
                  {"--out", "FILE", "all of them as a table: .csv, .parquet or .fits"},
                  {"--regions", "FILE.reg", "circles and arrows for DS9"}},
      .run = run_ephemeris};
}

}  // namespace skywright::apps
