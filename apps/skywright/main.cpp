// The command-line program: parses options, calls one function a command, turns errors into
// messages and exit codes.
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stop_token>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "command.h"
#include "printable.h"
#include "progress.h"
#include "skywright/alerts/filter.h"
#include "skywright/config/toml_config.h"
#include "skywright/run/launch.h"
#include "skywright/run/supervise.h"

namespace skywright::apps {
namespace {

std::stop_source stop_source;

extern "C" void ask_to_stop(int) { stop_source.request_stop(); }

struct Common {
  std::string config;
  std::vector<std::string> settings;
  int jobs = 0;
  std::string seed = "1";
  bool json = false;
  bool quiet = false;
};

/// Thrown where --help-config is met.
struct AskedForSettings {};

/// A command with the place where the parser puts what the user typed.
struct Bound {
  Command command;
  CLI::App* app = nullptr;
  std::map<std::string, std::vector<std::string>, std::less<>> values;
  std::map<std::string, bool, std::less<>> switches;
};

void bind(Bound& bound, CLI::App& app, Common& common) {
  bound.app = &app;
  for (const Argument& argument : bound.command.arguments) {
    auto* option = app.add_option(argument.name, bound.values[argument.name], argument.help);
    option->required(argument.need == Need::required);
    option->type_name("");
    if (argument.takes == Takes::one) option->expected(1)->allow_extra_args(false);
  }
  for (const Option& option : bound.command.options) {
    if (option.takes == Takes::nothing) {
      app.add_flag(option.name, bound.switches[option.name], option.help);
      continue;
    }
    auto* added = app.add_option(option.name, bound.values[option.name], option.help);
    added->required(option.need == Need::required);
    added->type_name(option.value);
    added->allow_extra_args(false);
    added->multi_option_policy(option.takes == Takes::many ? CLI::MultiOptionPolicy::TakeAll
                                                           : CLI::MultiOptionPolicy::Throw);
    added->expected(1);
  }
  auto* group = app.add_option_group("Common options");
  if (bound.command.settings) {
    group
        ->add_option("--config", common.config,
                     "TOML file of settings (see --help-config); unknown keys are refused")
        ->type_name("FILE");
    group->add_option("--set", common.settings, "one setting, key=value; may be repeated")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  }
  group->add_option("--jobs,-j", common.jobs, "threads; 0 takes all that the machine has")
      ->type_name("N")
      ->check(CLI::Range(0, 4096));
  group->add_option("--seed", common.seed, "seed of all random numbers")->type_name("N");
  group->add_flag("--json", common.json, "one machine-readable object on standard output");
  group->add_flag("--quiet", common.quiet, "no progress");
  // Last, so that it sees what the others were given; thrown before the parser asks for what is
  // required, as --help is.
  if (bound.command.settings)
    group->add_flag_callback(
        "--help-config", [] { throw AskedForSettings{}; },
        "print every setting with its value, unit, range and description, as TOML for --config");
}

std::string group_summary(const std::string& group) {
  static const std::map<std::string, std::string, std::less<>> kSummaries = {
      {"alerts", "look into alert files, and filter them"},
      {"fits", "look into FITS files, and convert their images"},
      {"table", "convert catalogs between FITS, Parquet and CSV"},
      {"instrument", "describe telescopes and cameras, and check frames against them"},
      {"kernel", "try kernels of your own"},
      {"plan", "plan a survey, judge and compare schedules"},
      {"survey", "make, fill, inspect and repair a survey directory"}};
  const auto found = kSummaries.find(group);
  return found == kSummaries.end() ? group + " commands" : found->second;
}

std::string file_content(const std::string& path) {
  if (path.empty()) return {};
  std::ifstream in(path, std::ios::binary);
  if (!in || std::filesystem::is_directory(path))
    throw ConfigError("--config " + path, "cannot be read", "name a TOML file that exists");
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The parser would take the nearest number that fits for one that does not.
std::int64_t seed_of(const std::string& text) {
  Arguments given;
  given.values["--seed"] = {text};
  return given.whole("--seed");
}

enum class Wanted { result, settings };

Outcome settings_outcome(const Command& command, const Settings& settings) {
  config::TomlWriter toml(config::TomlWriter::Comments::descriptions);
  settings(toml);
  return {.text = fmt::format(
              "# Settings of `skywright {0}` as they stand: defaults, but for what --config, --set "
              "and options changed.\n# Save as FILE.toml, keep what differs, and give it back: "
              "skywright {0} --config FILE.toml ...\n\n{1}",
              command.name, toml.text())};
}

Arguments arguments_of(const Bound& bound) {
  Arguments arguments;
  for (const auto& [name, values] : bound.values)
    if (!values.empty()) arguments.values.emplace(name, values);
  for (const auto& [name, on] : bound.switches)
    if (on) arguments.values.emplace(name, std::vector<std::string>{});
  return arguments;
}

void print(const std::string& text) {
  errno = 0;
  if (!text.empty()) std::cout << text << (text.ends_with('\n') ? "" : "\n");
  std::cout.flush();
  // A reader that has seen enough (`| head`) is no fault.
  if (!std::cout && errno != EPIPE)
    throw StorageError("standard output", "cannot be written", "free space or name another place");
}

int run(Bound& bound, const Common& common, const std::vector<std::string>& words, Wanted wanted,
        run::Crew* crew) {
  const Arguments arguments = arguments_of(bound);
  const bool leads = crew == nullptr || crew->leads();
  Progress progress(common.quiet || !leads);
  const int jobs = common.jobs == 0 && crew != nullptr ? run::fair_jobs(*crew) : common.jobs;
  const Execution execution(jobs, stop_source.get_token(), &progress);
  std::string command_line = "skywright";
  for (const std::string& word : words) command_line.append(" ").append(word);
  const Session session{.execution = execution,
                        .config_text = file_content(common.config),
                        .config_origin = common.config,
                        .settings = common.settings,
                        .seed = seed_of(common.seed),
                        .seed_given = bound.app->get_option("--seed")->count() > 0,
                        .json = common.json,
                        .quiet = common.quiet,
                        .command_line = command_line,
                        .warn = print_warning,
                        .tell = print_notice,
                        .words = words,
                        .crew = crew};
  const Outcome outcome =
      wanted == Wanted::settings
          ? settings_outcome(bound.command, bound.command.settings(arguments, session))
          : bound.command.run(arguments, session);
  progress.finish();
  if (!leads) return 0;
  // A launch that ends early, its ranks lost or ended by the launcher, leaves it to the next to
  // tell.
  const bool early = outcome.crew_lost || (crew != nullptr && execution.stop_requested());
  if (early && run::is_supervised()) return run::kLaunchAgain;
  print(common.json && wanted == Wanted::result ? outcome.json : outcome.text);
  return static_cast<int>(outcome.code);
}

int report_failure(const std::string& who);

/// As one rank of a launch, or alone. Every rank must say goodbye, whatever becomes of it.
int run_as_rank(Bound& bound, const Common& common, const std::vector<std::string>& words,
                Wanted wanted) {
  const bool spreads = bound.command.runs == Command::Runs::spread && wanted == Wanted::result;
  const auto crew = spreads ? run::join_launch() : nullptr;
  if (!crew) return run(bound, common, words, wanted, nullptr);
  int code = 0;
  try {
    code = run(bound, common, words, wanted, crew.get());
  } catch (...) {
    code = report_failure(crew->leads() ? "" : fmt::format("rank {}: ", crew->rank()));
  }
  crew->end(code);
  // The launcher tells the code of any rank that has one: rank 0's is that of the command.
  return crew->leads() ? code : 0;
}

int parse_and_run(int argc, char** argv) {
  CLI::App app{"Skywright: a sky survey from end to end, on a laptop or a cluster.", "skywright"};
  app.require_subcommand(1);
  app.set_version_flag("--version", SKYWRIGHT_VERSION);
  app.get_formatter()->column_width(34);
  Common common;
  std::vector<Command> commands = all_commands();
  std::vector<Bound> bounds(commands.size());
  std::map<std::string, CLI::App*, std::less<>> groups;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    bounds[i].command = std::move(commands[i]);
    const Command& command = bounds[i].command;
    const std::size_t space = command.name.find(' ');
    CLI::App* parent = &app;
    if (space != std::string::npos) {
      const std::string group = command.name.substr(0, space);
      CLI::App*& found = groups[group];
      if (found == nullptr) found = app.add_subcommand(group, group_summary(group));
      parent = found;
      // A group whose name is a command too (`plan` and `plan metrics`) needs no subcommand.
      if (parent->get_options().size() <= 1) parent->require_subcommand(1);
    }
    const std::string leaf =
        space == std::string::npos ? command.name : command.name.substr(space + 1);
    auto* sub = parent->add_subcommand(leaf, command.summary);
    if (space == std::string::npos) groups[leaf] = sub;
    sub->footer(command.details);
    bind(bounds[i], *sub, common);
  }
  Wanted wanted = Wanted::result;
  try {
    app.parse(argc, argv);
  } catch (const AskedForSettings&) {
    wanted = Wanted::settings;
  } catch (const CLI::ParseError& error) {
    // Once is enough, however many ranks were given the same command line.
    const bool told_elsewhere = run::launch_of_this_process().rank > 0;
    const int code = told_elsewhere ? error.get_exit_code() : app.exit(error);
    return code == 0 ? 0 : static_cast<int>(ExitCode::usage);
  }
  const std::vector<std::string> words(argv + 1, argv + argc);
  for (auto it = bounds.rbegin(); it != bounds.rend(); ++it)
    if (it->app->parsed()) return run_as_rank(*it, common, words, wanted);
  return static_cast<int>(ExitCode::usage);
}

/// Tell the exception that is being handled, and give its exit code.
int report_failure(const std::string& who) {
  const auto report = [&](const std::string& message, ExitCode code) {
    std::cerr << "skywright: " << who << printable(message) << std::endl;
    return static_cast<int>(code);
  };
  try {
    throw;
  } catch (const alerts::FilterError& error) {
    const int code = report(error.what(), error.code());
    std::cerr << error.picture() << std::endl;  // two lines without control characters
    return code;
  } catch (const Error& error) {
    return report(error.what(), error.code());
  } catch (const std::bad_alloc&) {
    return report("out of memory: the machine has no more to give; use fewer --jobs",
                  ExitCode::internal);
  } catch (const std::filesystem::filesystem_error& error) {
    // A loop of links, a folder that may not be entered, a name too long.
    return report(
        fmt::format("{}: {}; check the path, its links and permissions",
                    error.path1().empty() ? std::string("a path") : error.path1().string(),
                    error.code().message()),
        ExitCode::storage);
  } catch (const std::exception& error) {
    return report(
        fmt::format("internal error: {}; please report it with the command line", error.what()),
        ExitCode::internal);
  }
}

}  // namespace
}  // namespace skywright::apps

int main(int argc, char** argv) {
  using namespace skywright;
  struct sigaction action {};
  action.sa_handler = apps::ask_to_stop;
  action.sa_flags = SA_RESETHAND | SA_RESTART;  // a second signal ends the program at once
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  // A file past a size limit is a full disk to us: an error with a message, never a signal.
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    return apps::parse_and_run(argc, argv);
  } catch (...) {
    return apps::report_failure("");
  }
}
