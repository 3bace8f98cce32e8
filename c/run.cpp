#include <cstdlib>
#include <cstring>

#include "command.h"
#include "guard.h"
#include "skywright/base/error.h"

namespace {

const skywright::apps::Command& command_named(const std::string& name) {
  static const std::vector<skywright::apps::Command> all = skywright::apps::all_commands();
  for (const skywright::apps::Command& command : all)
    if (command.name == name) return command;
  throw skywright::ConfigError("command " + name, "there is none of this name",
                               "see `skywright --help`");
}

/// Only what the command has: the parser of the program would refuse the rest too.
void check_names(const skywright::apps::Command& command,
                 const skywright::apps::Arguments& arguments) {
  for (const auto& [name, values] : arguments.values) {
    bool has = false;
    for (const auto& argument : command.arguments) has = has || argument.name == name;
    for (const auto& option : command.options) has = has || option.name == name;
    if (!has)
      throw skywright::ConfigError(name, "`" + command.name + "` has no such option",
                                   "see `skywright " + command.name + " --help`");
  }
}

char* copied(const std::string& text) {
  auto* out = static_cast<char*>(std::malloc(text.size() + 1));
  if (out == nullptr) throw std::bad_alloc();
  std::memcpy(out, text.c_str(), text.size() + 1);
  return out;
}

}  // namespace

extern "C" {

sw_status sw_run(const char* command, size_t count, const char* const* names,
                 const char* const* values, const sw_options* options, char** json) {
  using namespace skywright;
  return c::guarded([&]() -> sw_status {
    c::require(command, "command");
    if (json != nullptr) *json = nullptr;
    if (count > 0) {
      c::require(names, "names");
      c::require(values, "values");
    }
    const apps::Command& body = command_named(command);
    const c::Call call(options);
    apps::Arguments arguments;
    std::string line = std::string("skywright ") + command;
    for (std::size_t i = 0; i < count; ++i) {
      c::require(names[i], "names");
      auto& list = arguments.values[names[i]];
      line.append(" ").append(names[i]);
      if (values[i] == nullptr) continue;
      list.emplace_back(values[i]);
      line.append(" ").append(values[i]);
    }
    check_names(body, arguments);
    const apps::Session session{.execution = call.execution(),
                                .config_text = call.settings(),
                                .config_origin = "settings",
                                .json = true,
                                .quiet = true,
                                .command_line = line,
                                .warn = [](std::string_view) {}};
    const apps::Outcome outcome = body.run(arguments, session);
    if (json != nullptr &&
        (outcome.code == ExitCode::complete || outcome.code == ExitCode::partial))
      *json = copied(outcome.json);
    return outcome.code == ExitCode::complete
               ? SW_OK
               : c::failed(static_cast<sw_status>(outcome.code), outcome.text);
  });
}

void sw_text_free(char* text) { std::free(text); }
}
