#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "commands/commands.h"
#include "skywright/draw/png.h"
#include "skywright/io/atomic_file.h"
#include "skywright/io/table_files.h"
#include "skywright/simulation/night_sky_report.h"
#include "skywright/simulation/visit_skies.h"

namespace skywright::apps {
namespace {

/// An MJD (TAI), or a date and time of day in UTC.
time::Tai instant(const Arguments& args) {
  const std::string text = args.text("--time");
  double mjd = 0.0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), mjd);
  if (parsed.ec == std::errc() && parsed.ptr == text.data() + text.size())
    return time::Tai::from_mjd(args.mjd("--time"));
  return time::to_tai(args.date("--time"));
}

Outcome sky_of_visits(const Arguments& args, const instrument::Instrument& instrument,
                      const Session& session) {
  if (!args.has("--out"))
    throw ConfigError("--visits", "--out is missing", "name a .parquet, .fits or .csv file");
  io::check_table_name(args.text("--out"));
  const table::Table table =
      simulation::visit_skies(args.text("--visits"), instrument, session.execution);
  io::write_table(args.text("--out"), table);
  return Outcome{.text = fmt::format("{}: {} visits\n", args.text("--out"), table.rows()),
                 .json = fmt::format(R"({{"visits":{}}})", table.rows())};
}

Outcome run_nightsky(const Arguments& args, const Session& session) {
  const std::string name = args.text_or("--instrument", "lsst");
  const instrument::Instrument instrument =
      name.ends_with(".toml") ? instrument::parse_instrument(io::read_whole_file(name), name)
                              : instrument::load_instrument(name);
  if (args.has("--visits")) return sky_of_visits(args, instrument, session);
  if (!args.has("--time"))
    throw ConfigError("nightsky", "neither --time nor --visits is given",
                      "give an instant, or a plan's visits");
  const simulation::SiteSky sky(instrument, instant(args));
  simulation::NightSkyReport report = simulation::night_sky_report(sky);
  if (args.has("--plot")) {
    const std::string band =
        args.text_or("--band", instrument.bands[instrument.bands.size() / 3].name);
    (void)instrument.band(band);
    std::size_t b = 0;
    while (instrument.bands[b].name != band) ++b;
    io::write_whole_file(args.text("--plot"),
                         draw::encode_png(simulation::night_sky_picture(sky, b)));
  }
  return Outcome{.text = report.text, .json = report.json};
}

}  // namespace

Command nightsky_command() {
  return {.name = "nightsky",
          .summary = "how bright the sky is over a site at an instant, by band, and a map of it",
          .details =
              "Airglow, zodiacal light, Moon and twilight; no clouds, no Milky Way.\n\n"
              "  skywright nightsky --instrument lsst --time 2026-11-24T04:00:00 --band r --plot "
              "sky.png\n"
              "  skywright nightsky --visits visits.db --out skies.parquet",
          .options = {{"--instrument", "NAME", "built-in name or TOML file (default lsst)"},
                      {"--time", "T", "2026-11-24T04:00:00 (UTC) or MJD (TAI)"},
                      {"--band", "NAME", "of the map (default r)"},
                      {"--plot", "FILE.png", "map of the sky above the horizon"},
                      {"--visits", "FILE", "a plan's database: the sky of each of its visits"},
                      {"--out", "FILE", "of --visits: .parquet, .fits or .csv"}},
          .run = run_nightsky};
}

}  // namespace skywright::apps
