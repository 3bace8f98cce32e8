/// A subcommand as data: its options, and the one function that it calls.
///
/// Each command stands in commands/<name>.cpp as `Command <name>_command()` and is listed in
/// all_commands.cpp. Only main.cpp sees the option parser (it takes ten seconds to compile).
///
///     Command detect_command() {
///       return {.name = "detect",
///               .summary = "find and measure the sources of an image",
///               .arguments = {{"image", "FITS image, plain, multi-extension or compressed"}},
///               .options = {{"--out", "FILE", "catalog: .fits, .parquet or .csv", Need::required},
///                           {"--threshold", "SIGMA", "lowest peak kept"}},
///               .run = [](const Arguments& args, const Session& session) { ... return Outcome{};
///               }};
///     }
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "skywright/base/error.h"
#include "skywright/base/execution.h"
#include "skywright/base/fields.h"
#include "skywright/run/crew.h"
#include "skywright/time/time_scales.h"

namespace skywright::apps {

enum class Need { optional, required };
enum class Takes { one, many, nothing };  ///< values of an option; `nothing` makes it a switch

struct Argument {
  std::string name;
  std::string help;
  Need need = Need::required;
  Takes takes = Takes::one;
};

struct Option {
  std::string name;   ///< "--threshold"
  std::string value;  ///< placeholder in the help: "SIGMA"; empty for a switch
  std::string help;
  Need need = Need::optional;
  Takes takes = Takes::one;
};

/// What the user typed. Typed look-ups throw ConfigError naming option, value and what it should
/// be.
class Arguments {
 public:
  std::map<std::string, std::vector<std::string>, std::less<>> values;  ///< by name, "--" kept

  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] std::string text(std::string_view name) const;
  [[nodiscard]] std::string text_or(std::string_view name, std::string_view fallback) const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;
  /// The value cut at commas.
  [[nodiscard]] std::vector<std::string> list(std::string_view name) const;
  [[nodiscard]] double number(std::string_view name) const;
  /// A number from -90 to 90 [degree].
  [[nodiscard]] double declination(std::string_view name) const;
  /// An instant from 1858 to 2406, which a Julian date is not [MJD].
  [[nodiscard]] double mjd(std::string_view name) const;
  [[nodiscard]] double mjd_or(std::string_view name, double fallback) const;
  /// A date, or date and time of day, in UTC.
  [[nodiscard]] time::Utc date(std::string_view name) const;
  [[nodiscard]] double number_or(std::string_view name, double fallback) const;
  [[nodiscard]] std::optional<double> maybe_number(std::string_view name) const;
  [[nodiscard]] std::int64_t whole(std::string_view name) const;
  [[nodiscard]] std::int64_t whole_or(std::string_view name, std::int64_t fallback) const;
};

/// The options that every command has.
struct Session {
  const Execution& execution;      ///< from --jobs; progress on standard error unless --quiet
  std::string config_text = {};    ///< content of --config FILE, empty without
  std::string config_origin = {};  ///< its name
  std::vector<std::string> settings = {};  ///< of --set
  std::int64_t seed = 1;                   ///< of --seed
  bool seed_given = false;
  bool json = false;
  bool quiet = false;
  std::string command_line = {};  ///< for provenance, without the program's folder
  std::function<void(std::string_view)> warn = {};  ///< tells the user what is odd and no error
  /// Tells the user at once what they must know while the command goes on; empty where nobody
  /// reads.
  std::function<void(std::string_view)> tell = {};
  std::vector<std::string> words = {};  ///< of the command line, after the program's name
  run::Crew* crew = nullptr;            ///< the launch, for a command that spreads over one
};

/// Visits the settings of a command as they stand: to write them as TOML, or as classes. For one
/// visit, which may change what it visits.
using Settings = std::function<void(Fields&)>;

/// How a command ended: what a person reads on standard output, and the object of --json.
struct Outcome {
  ExitCode code = ExitCode::complete;
  std::string text;         ///< printed without --json
  std::string json = "{}";  ///< printed with --json, one object
  bool crew_lost = false;   ///< no rank was left to do what remains: a new launch may
};

struct Command {
  std::string name;  ///< "detect", or "instrument show" for a command of a group
  std::string summary;
  std::string details = {};  ///< further text for --help: columns, examples
  std::vector<Argument> arguments = {};
  std::vector<Option> options = {};
  std::function<Outcome(const Arguments&, const Session&)> run;
  enum class Runs { alone, spread };
  /// `spread`: under a launcher of several ranks (mpirun, srun) they share the work, and rank 0
  /// tells the outcome. `alone`: each process does all of it, as without a launcher.
  Runs runs = Runs::alone;
  /// What --help-config prints: the settings that --config and --set may change (see
  /// command_config.h). A command without it takes neither of the three.
  std::function<Settings(const Arguments&, const Session&)> settings = {};
};

/// Every command, in the order of the help.
std::vector<Command> all_commands();

}  // namespace skywright::apps
