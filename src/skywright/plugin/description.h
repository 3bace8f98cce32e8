/// What a user kernel says of itself (skywright_describe in include/skywright_kernel.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace skywright::plugin {

enum class Kind {
  measure,     ///< columns of a catalog, from a stamp of each source
  psf,         ///< the image of a point source over a field
  light_curve  ///< magnitudes of what changes
};
/// As configs and messages call it.
std::string_view kind_name(Kind kind);

struct Parameter {
  std::string name;
  std::string unit;  ///< empty for none
  double value = 0.0;
  std::string meaning;
};

struct Result {
  std::string name;
  std::string unit;  ///< empty for none; "flux" is the image's own
  std::string meaning;
};

struct Description {
  Kind kind = Kind::measure;
  std::string name;
  std::string version;
  std::vector<Parameter> parameters;
  std::vector<Result> results;  ///< of kind measure alone
  bool reentrant = false;       ///< several threads may call at once
};

/// @param library its name, for messages
/// @throws InputError for a word, number or name that is wrong, another version of the interface,
/// and what a kind must have and has not
Description parse_description(std::string_view text, const std::string& library);

/// The described parameters, each with its default or what `settings` ("name=value") say.
/// @throws ConfigError for a name that is not described or given twice, or a value that is no
/// finite number
std::vector<double> parameter_values(const Description& description,
                                     const std::vector<std::string>& settings);

}  // namespace skywright::plugin
