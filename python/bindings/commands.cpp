// The program's commands, whose names, options and bodies stand in apps/skywright/commands.
#include <memory>
#include <mutex>

#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "bindings.h"
#include "command.h"
#include "field_tree.h"
#include "long_call.h"
#include "skywright/instrument/description.h"
#include "skywright/run/crew.h"
#include "skywright/run/launch.h"

namespace skywright::python {
namespace {

namespace nb = nanobind;
using apps::Arguments;
using apps::Command;
using Values = std::map<std::string, std::vector<std::string>>;

const std::vector<Command>& commands() {
  static const std::vector<Command> all = apps::all_commands();
  return all;
}

const Command& command_named(const std::string& name) {
  for (const Command& command : commands())
    if (command.name == name) return command;
  throw ConfigError("command " + name, "there is none of this name", "see skywright --help");
}

nb::dict described(const std::string& name, const std::string& help, const std::string& value,
                   apps::Need need, apps::Takes takes) {
  nb::dict out;
  out["name"] = name;
  out["help"] = help;
  out["value"] = value;
  out["required"] = need == apps::Need::required;
  out["takes"] = takes == apps::Takes::many  ? "many"
                 : takes == apps::Takes::one ? "one"
                                             : "nothing";
  return out;
}

nb::list all_described() {
  nb::list out;
  for (const Command& command : commands()) {
    nb::list arguments;
    for (const apps::Argument& a : command.arguments)
      arguments.append(described(a.name, a.help, "", a.need, a.takes));
    nb::list options;
    for (const apps::Option& o : command.options)
      options.append(described(o.name, o.help, o.value, o.need, o.takes));
    nb::dict entry;
    entry["name"] = command.name;
    entry["summary"] = command.summary;
    entry["details"] = command.details;
    entry["arguments"] = arguments;
    entry["options"] = options;
    entry["settings"] = static_cast<bool>(command.settings);
    entry["spreads"] = command.runs == Command::Runs::spread;
    out.append(entry);
  }
  return out;
}

Arguments arguments_from(const Values& values) {
  Arguments out;
  out.values = {values.begin(), values.end()};
  return out;
}

nb::list settings_of(const std::string& name, const Values& values) {
  const Command& command = command_named(name);
  FieldTree tree;
  if (command.settings) {
    const Execution execution;
    command.settings(arguments_from(values), apps::Session{.execution = execution})(tree);
  }
  return tree.fields();
}

nb::list instrument_settings() {
  FieldTree tree;
  instrument::InstrumentDescription blank;
  describe(tree, blank);
  return tree.fields();
}

/// The ranks of a communicator, where one was given. What ends in an error ends it, too.
std::unique_ptr<run::Crew> crew_for(const Command& command, std::optional<int> communicator) {
  if (!communicator) return nullptr;
  if (command.runs != Command::Runs::spread)
    throw ConfigError("communicator", command.name + " does not share its work among ranks",
                      "call it on one of them");
  const nb::gil_scoped_release others_run;
  return run::join_communicator(*communicator);
}

nb::tuple run_command(const std::string& name, const Values& values, const std::string& config,
                      const std::string& config_origin, std::optional<std::int64_t> seed, int jobs,
                      const nb::object& progress, std::optional<int> communicator) {
  const Command& command = command_named(name);
  const std::unique_ptr<run::Crew> crew = crew_for(command, communicator);
  if (crew && jobs == 0) jobs = run::fair_jobs(*crew);
  const Arguments arguments = arguments_from(values);
  std::string line = "skywright." + name;
  for (const auto& [key, given] : values) {
    line += " " + key;
    for (const std::string& value : given) line += " " + value;
  }
  std::mutex lock;
  std::vector<std::string> warnings;
  apps::Outcome outcome = long_call(jobs, progress, [&](const Execution& execution) {
    const apps::Session session{.execution = execution,
                                .config_text = config,
                                .config_origin = config_origin,
                                .seed = seed.value_or(1),
                                .seed_given = seed.has_value(),
                                .json = true,
                                .quiet = true,
                                .command_line = line,
                                .warn =
                                    [&](std::string_view message) {
                                      const std::scoped_lock hold(lock);
                                      warnings.emplace_back(message);
                                    },
                                .crew = crew.get()};
    return command.run(arguments, session);
  });
  if (crew) {
    const nb::gil_scoped_release others_run;
    crew->end(static_cast<int>(outcome.code));
  }
  return nb::make_tuple(static_cast<int>(outcome.code), outcome.text, outcome.json, warnings);
}

}  // namespace

void bind_commands(nb::module_& m) {
  m.attr("version") = SKYWRIGHT_VERSION;
  m.def("commands", all_described, "Each command of the program: names, helps and options.");
  m.def("settings_of", settings_of, nb::arg("command"), nb::arg("values") = Values{},
        "A command's settings with their defaults (see field_tree.h).");
  m.def("instrument_settings", instrument_settings,
        "What a file that describes a telescope and camera may say, with the defaults.");
  m.def("run_command", run_command, nb::arg("command"), nb::arg("values"), nb::arg("config"),
        nb::arg("config_origin"), nb::arg("seed").none(), nb::arg("jobs"),
        nb::arg("progress").none(), nb::arg("communicator").none() = nb::none(),
        "Runs one: (exit code, text, JSON, warnings). `communicator`: Fortran handle of the ranks "
        "that share the work; text and JSON are then of use on its rank 0 alone.");
}

}  // namespace skywright::python
