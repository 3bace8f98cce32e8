#include <fmt/format.h>

#include "command_config.h"
#include "commands/commands.h"
#include "skywright/io/atomic_file.h"
#include "skywright/io/table_files.h"
#include "skywright/simulation/site_weather.h"

namespace skywright::apps {
namespace {

Outcome run_plan_weather(const Arguments& args, const Session& session) {
  simulation::SiteWeatherRequest request;
  request.config = config_of<simulation::SiteWeatherConfig>(session);
  request.seed = static_cast<std::uint64_t>(session.seed);
  request.start = time::Tai::from_mjd(args.mjd_or("--mjd", request.start.mjd()));
  request.days = 365.25 * args.number_or("--years", 10.0);
  request.step_hours = args.number_or("--step", request.step_hours);
  request.cloud_limit = args.number_or("--limit", request.cloud_limit);
  request.cloud_record = args.text_or("--clouds", "");
  request.seeing_record = args.text_or("--seeing", "");
  if (args.has("--out")) io::check_table_name(args.text("--out"));
  const simulation::SiteWeather weather = simulation::site_weather(request, session.execution);
  if (args.has("--out")) io::write_table(args.text("--out"), weather.series);
  if (args.has("--plot"))
    io::write_whole_file(args.text("--plot"), simulation::site_weather_page(weather));
  return Outcome{.text = simulation::site_weather_text(weather),
                 .json = simulation::site_weather_json(weather)};
}

}  // namespace

Command plan_weather_command() {
  return {
      .name = "plan weather",
      .summary = "the clouds, seeing and downtime that a plan will meet, by month and as a series",
      .details =
          "Generated from [cloud], [seeing] and [downtime] of --config (default: Cerro Pachon), "
          "or\n"
          "from your own records; docs/guides/sites-weather.md.\n\n"
          "  skywright plan weather --years 10 --seed 3 --plot weather.html --out weather.parquet",
      .options = {{"--mjd", "T", "start, MJD TAI (default 61041, 2026-01-01)"},
                  {"--years", "N", "default 10"},
                  {"--step", "HOURS", "of the series (default 1)"},
                  {"--limit", "SHARE", "cloud at which a survey stops (default 0.3)"},
                  {"--clouds", "FILE", "record of `mjd,share` lines instead of what is generated"},
                  {"--seeing", "FILE", "record of `mjd,arcsec` lines, zenith and 500 nm"},
                  {"--out", "FILE", "the series: .parquet, .fits or .csv"},
                  {"--plot", "FILE.html", "one page of plots"}},
      .run = run_plan_weather,
      .settings = settings_of<simulation::SiteWeatherConfig>};
}

}  // namespace skywright::apps
