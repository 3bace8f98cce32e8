#include <fmt/format.h>

#include "command_config.h"
#include "commands/commands.h"
#include "skywright/config/json_text.h"
#include "skywright/simulation/expose.h"
#include "skywright/simulation/sky_catalog.h"

namespace skywright::apps {
namespace {

Outcome run_sky(const Arguments& args, const Session& session) {
  simulation::SkyCatalogRequest request;
  auto config = config_of<simulation::SimulationConfig>(session);
  if (session.seed_given) config.sky.seed = static_cast<int>(session.seed);
  request.config = config.sky;
  request.cone.centre =
      sphere::SkyPosition::from_degrees(args.number("--ra"), args.declination("--dec"));
  const double radius = args.number("--radius");
  if (!(radius > 0.0 && radius <= 10.0))
    throw ConfigError(fmt::format("--radius {}", radius), "must be in (0, 10] degrees",
                      "ask for several regions");
  request.cone.radius = sphere::Angle::from_degrees(radius);
  request.time = time::Tai::from_mjd(args.mjd_or("--mjd", 60796.0));
  request.band = instrument::load_instrument("lsst").band(args.text_or("--band", "r"));
  if (args.has("--reference")) request.content = simulation::CatalogContent::reference;
  request.bright_limit = args.number_or("--bright", request.bright_limit);
  request.faint_limit = args.number_or("--faint", request.faint_limit);
  request.out = args.text("--out");
  const std::size_t rows = simulation::write_sky_catalog(request, session.execution);
  Outcome outcome;
  outcome.text = fmt::format("{}: {} rows\n", request.out.string(), rows);
  outcome.json =
      fmt::format(R"({{"out":{},"rows":{}}})", config::json_string(request.out.string()), rows);
  return outcome;
}

}  // namespace

Command sky_command() {
  return {.name = "sky",
          .summary = "catalogs of the simulated sky for a region and time",
          .details =
              "All that stands in a circle at an instant, in one band; or with --reference a star\n"
              "catalog such as Gaia's, with errors of its own, which `solve` takes.\n\n"
              "  skywright sky --ra 150 --dec 2.2 --radius 0.3 --reference --out ref.parquet",
          .options = {{"--ra", "DEG", "centre, ICRS", Need::required},
                      {"--dec", "DEG", "centre, ICRS", Need::required},
                      {"--radius", "DEG", "at most 10", Need::required},
                      {"--mjd", "T", "instant, MJD TAI (default 60796.0)"},
                      {"--band", "NAME", "u, g, r, i, z or y (default r)"},
                      {"--reference", "", "a reference catalog of stars", Need::optional,
                       Takes::nothing},
                      {"--bright", "MAG", "brightest reference star in r (default 14)"},
                      {"--faint", "MAG", "faintest reference star in r (default 20.7)"},
                      {"--out", "FILE", ".parquet, .fits or .csv", Need::required}},
          .run = run_sky,
          .settings = settings_of<simulation::SimulationConfig>};
}

}  // namespace skywright::apps
