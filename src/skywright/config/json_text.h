/// JSON text of values that hold what came from outside: names of files, header cards, messages.
///
/// Such text need not be UTF-8, which nlohmann's dump() takes for an error of the program.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace skywright::config {

/// `value` as one line, or as lines indented by `indent` where >= 0; bytes that are not UTF-8
/// become U+FFFD.
std::string json_text(const nlohmann::ordered_json& value, int indent = -1);

/// A string in its quotation marks.
std::string json_string(std::string_view text);

}  // namespace skywright::config
