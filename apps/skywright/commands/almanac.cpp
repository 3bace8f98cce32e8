#include "skywright/simulation/almanac.h"

#include <algorithm>

#include "commands/commands.h"
#include "skywright/io/table_files.h"
#include "skywright/pipelines/read_raw.h"

namespace skywright::apps {
namespace {

simulation::AlmanacRequest request_of(const Arguments& args) {
  simulation::AlmanacRequest request;
  const bool by_place = args.has("--latitude") || args.has("--longitude") || args.has("--height");
  if (by_place) {
    if (args.has("--site") || !args.has("--latitude") || !args.has("--longitude"))
      throw ConfigError("no one place", "a place is --site, or --latitude and --longitude",
                        "give one of the two");
    request.observatory = {sphere::Angle::from_degrees(args.declination("--latitude")),
                           sphere::Angle::from_degrees(args.number("--longitude")),
                           args.number_or("--height", 0.0)};
  } else {
    const auto instrument = pipelines::open_instrument(args.text_or("--site", "lsst"));
    const auto& site = instrument.site;
    request.site = site.name;
    request.observatory = {site.latitude, site.longitude, site.height_m};
  }
  const time::Tai from = time::to_tai(args.date("--from"));
  // A bare date names the evening: the night after that day's noon, local time.
  const double behind = request.observatory.longitude.wrapped_around_zero().degrees() * 240.0;
  request.start = args.text("--from").size() > 10 ? from : from.plus_seconds(18 * 3600.0 - behind);
  request.nights =
      static_cast<int>(std::clamp<std::int64_t>(args.whole_or("--nights", 30), -1, 1000000));
  request.ut1_minus_utc = args.number_or("--dut1", 0.0);
  request.kernel = args.text_or("--ephemeris", "");
  return request;
}

Outcome run_almanac(const Arguments& args, const Session& session) {
  if (args.has("--out")) io::check_table_name(args.text("--out"));
  const auto almanac = simulation::almanac(request_of(args), session.execution);
  if (args.has("--out")) io::write_table(args.text("--out"), simulation::almanac_table(almanac));
  return Outcome{.text = simulation::almanac_text(almanac),
                 .json = simulation::almanac_json(almanac)};
}

}  // namespace

Command almanac_command() {
  return {.name = "almanac",
          .summary = "sunset, twilights, Moon and dark hours of an observatory's nights",
          .details =
              "A line a night, UTC: when the Sun's centre sinks below 0, -12 and -18 degrees and\n"
              "rises above them, moonrise and moonset, the Moon's lit part, hours of darkness.\n"
              "--out has MJD TAI. Sun and Moon by JPL's DE440 from 2014-12 to 2045-01.\n\n"
              "  skywright almanac --site lsst --from 2026-11-23 --nights 30",
          .options = {{"--site", "NAME", "lsst (default), gmt or an instrument's TOML file"},
                      {"--latitude", "DEG", "geodetic, north positive, instead of --site"},
                      {"--longitude", "DEG", "east positive"},
                      {"--height", "M", "above the ellipsoid (default 0)"},
                      {"--from", "DATE", "local date of the first evening, or an instant in UTC",
                       Need::required},
                      {"--nights", "N", "how many (default 30)"},
                      {"--dut1", "S", "UT1 - UTC, within 0.9 s (default 0)"},
                      {"--ephemeris", "FILE.bsp", "an SPK kernel of JPL's, e.g. de440s.bsp"},
                      {"--out", "FILE", "the same as a table: .csv, .parquet or .fits"}},
          .run = run_almanac};
}

}  // namespace skywright::apps
