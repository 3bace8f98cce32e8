/// What a disk that errs does to DuckDB while it starts.
#pragma once

namespace skywright::io::detail {

/// While one lives, an end of the program by this thread is told as the storage error that it is
/// (exit code 5), not as a crash.
///
/// DuckDB 1.5 reads how much memory there is (/proc/self/cgroup) as it starts. Where that read
/// fails, the destructor of its half-made database throws, so that std::terminate ends the program
/// before its C interface could return: nothing that calls it can catch that.
class StartOfDuckDb {
 public:
  StartOfDuckDb();
  ~StartOfDuckDb();
  StartOfDuckDb(const StartOfDuckDb&) = delete;
  StartOfDuckDb& operator=(const StartOfDuckDb&) = delete;
};

}  // namespace skywright::io::detail
