#include "skywright/simulation/plan_ensemble.h"

#include <charconv>
#include <filesystem>

#include <fmt/format.h>

#include "command_config.h"
#include "commands/commands.h"
#include "commands/plan_options.h"
#include "commands/strategy_option.h"
#include "skywright/io/atomic_file.h"

namespace skywright::apps {
namespace {

std::vector<std::uint64_t> seeds_of(const Arguments& args, const Session& session) {
  if (!args.has("--seeds")) return {static_cast<std::uint64_t>(session.seed)};
  if (session.seed_given)
    throw ConfigError("--seed and --seeds", "they say the same", "give one of them");
  std::vector<std::uint64_t> seeds;
  for (const std::string& text : args.list("--seeds")) {
    std::uint64_t seed = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
    if (error != std::errc{} || end != text.data() + text.size())
      throw ConfigError(fmt::format("--seeds {}", text), "must be whole numbers from 0",
                        "as in --seeds 1,2,3");
    seeds.push_back(seed);
  }
  return seeds;
}

/// A file's strategy is called as the file: its key `name` is often that of what it was copied
/// from.
std::string called(const std::string& strategy) {
  return strategy.ends_with(".toml") ? std::filesystem::path(strategy).stem().string() : strategy;
}

Outcome run_ensemble(const Arguments& args, const Session& session) {
  simulation::EnsembleRequest request;
  for (const std::string& name : args.texts("strategies")) {
    simulation::EnsembleStrategy strategy{.name = called(name),
                                          .config = strategy_named(name, session),
                                          .instrument = {},
                                          .instrument_text = {}};
    NamedInstrument telescope = instrument_of(args, strategy.config);
    strategy.instrument = std::move(telescope.instrument);
    strategy.instrument_text = std::move(telescope.text);
    request.strategies.push_back(std::move(strategy));
  }
  request.seeds = seeds_of(args, session);
  request.nights = nights_of(args);
  request.opportunities = opportunities_of(args);
  request.weather = weather_of(args);
  if (args.has("--metrics")) {
    const std::string file = args.text("--metrics");
    config::read_toml(request.metrics, io::read_whole_file(file), file);
  }
  request.out = args.text("--out");
  request.version = SKYWRIGHT_VERSION;
  const simulation::EnsembleReport report =
      simulation::plan_ensemble(request, session.execution, session.crew);
  return {.code = report.code(),
          .text = report.text(),
          .json = report.json(),
          .crew_lost = report.crew_lost};
}

/// Of the first strategy that is named, as all are changed alike.
Settings ensemble_settings(const Arguments& args, const Session& session) {
  const std::vector<std::string> names = args.texts("strategies");
  return settings_in(strategy_named(names.empty() ? "lsst-baseline" : names.front(), session));
}

}  // namespace

Command plan_ensemble_command() {
  std::vector<Option> options = {{"--seeds", "1,2,3", "each strategy once with each (default 1)"}};
  for (Option& option : plan_options()) options.push_back(std::move(option));
  options.push_back({"--metrics", "FILE", "settings of `plan metrics`, .toml"});
  options.push_back(
      {"--out", "DIR", "folder of all surveys; made where it is not", Need::required});
  return {
      .name = "plan ensemble",
      .summary = "many strategies and seeds side by side, their metrics in one table",
      .details =
          "Each survey goes into DIR/STRATEGY-SEED: visits.db, metrics.json, maps.fits, plots.\n"
          "Beside them ensemble.csv (a row a survey), ensemble.md and index.html set them side\n"
          "by side. As many surveys run at a time as --jobs says; ten years of one take about\n"
          "1 GiB. Stopped, the same command goes on; more nights continue what is there. One\n"
          "that fails is reported, the others go on, and the exit code is 3.\n"
          "--config and --set change every strategy alike.\n\n"
          "  skywright plan ensemble lsst-baseline mine.toml --seeds 1,2,3 --years 1 --out runs\n"
          "  skywright plan ensemble a.toml b.toml --years 10 --out ten --json\n"
          "  mpirun -n 9 skywright plan ensemble a.toml b.toml --seeds 1,2,3,4 --out ten   (eight "
          "ranks\n"
          "  share the surveys)",
      .arguments = {{.name = "strategies",
                     .help = "built-in names or .toml files",
                     .takes = Takes::many}},
      .options = std::move(options),
      .run = run_ensemble,
      .runs = Command::Runs::spread,
      .settings = ensemble_settings};
}

}  // namespace skywright::apps
