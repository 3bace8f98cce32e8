/// Text of strangers, made fit for a terminal.
#pragma once

#include <string>
#include <string_view>

namespace skywright::apps {

/// Control characters, which a file's name or content may bring into a message, written as \x1b: a
/// message stays one line and moves no cursor. All other bytes stay as they are.
std::string printable(std::string_view text);

}  // namespace skywright::apps
