/// SQLite's result codes as errors of ours. https://sqlite.org/rescode.html
#pragma once

#include <string_view>

struct sqlite3;

namespace skywright::sql::detail {

/// @param doing what was being done, for the message's head
/// @throws StorageError, InputError or Error (internal), by the code
[[noreturn]] void fail(sqlite3* handle, int code, std::string_view database,
                       std::string_view doing);

}  // namespace skywright::sql::detail
