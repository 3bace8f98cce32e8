#include "skywright/simulation/plan_footprint.h"

#include "commands/commands.h"
#include "commands/strategy_option.h"
#include "skywright/draw/png.h"
#include "skywright/io/atomic_file.h"

namespace skywright::apps {
namespace {

Outcome run_plan_footprint(const Arguments& args, const Session& session) {
  simulation::FootprintRequest request;
  request.strategy = strategy_of(args, session);
  request.band = args.text_or("--band", request.band);
  if (args.has("--night")) {
    const std::int64_t night = args.whole("--night");
    if (night < 1 || night > 36525)
      throw ConfigError("--night", "must be in [1, 36525]", "nights count from 1");
    request.night = static_cast<int>(night);
  }
  const simulation::FootprintReport report = simulation::show_footprint(request, session.execution);
  if (args.has("--plot")) io::write_whole_file(args.text("--plot"), draw::encode_png(report.map));
  return Outcome{.text = report.text, .json = report.json};
}

}  // namespace

Command plan_footprint_command() {
  return {.name = "plan footprint",
          .summary = "which sky a strategy wants: regions, areas, shares, a map",
          .details =
              "Regions and weights stand in [footprint] of the strategy; docs/guides/footprint.md."
              "\n\n"
              "  skywright plan footprint --plot footprint.png\n"
              "  skywright plan footprint --strategy mine.toml --night 1000 --plot season.png",
          .options = {strategy_option(),
                      {"--plot", "FILE.png", "Mollweide map of the weights in one band"},
                      {"--band", "BAND", "of the map (default r)"},
                      {"--night", "N", "the map shows the rolling season of that night"}},
          .run = run_plan_footprint,
          .settings = strategy_settings};
}

}  // namespace skywright::apps
